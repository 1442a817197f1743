#!/bin/sh
# isolation: session. Every session has a process of the server for itself, and nobody else hears what it says or is asked what it asks.
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo isolation)
# "who" says which process it is and what it was told of its client; "ask" asks for the word that it was called with; "later" answers, and asks then;
# "tell" has news of every kind.
cat >"$work/own" <<'TEXT'
#!/bin/sh
tool() { printf '{"name":"%s","inputSchema":{"type":"object"}}' "$1"; }
text() { jq -cn --argjson id "$1" --arg text "$2" '{jsonrpc:"2.0",id:$id,result:{content:[{type:"text",text:$text}]}}'; }
form() { printf '{"jsonrpc":"2.0","id":"%s","method":"elicitation/create","params":{"message":"%s","requestedSchema":{"type":"object","properties":{}}}}\n' "$1" "$2"; }
while IFS= read -r line; do
    printf '%s\n' "$line" >&2
    id=$(printf '%s' "$line" | jq -c .id)
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*)
        caps=$(printf '%s' "$line" | jq -c .params.capabilities)
        printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true},"logging":{}},"serverInfo":{"name":"s","version":"1"}}}\n' "$id"
        ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s,%s,%s,%s]}}\n' "$id" "$(tool who)" "$(tool ask)" "$(tool later)" "$(tool tell)" ;;
    *setLevel*) printf '{"jsonrpc":"2.0","id":%s,"result":{}}\n' "$id" ;;
    *'"name":"who"'*) text "$id" "$$ $caps" ;;
    *'"name":"ask"'*) form "$id" "$(printf '%s' "$line" | jq -r .params.arguments.word)" ;;
    *'"name":"later"'*) text "$id" ok; form late "$(printf '%s' "$line" | jq -r .params.arguments.word)" ;;
    *'"name":"tell"'*)
        text "$id" ok
        printf '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":"mine"}}\n'
        printf '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n{"jsonrpc":"2.0","method":"notifications/x/custom"}\n'
        ;;
    *'"id":"late"'*) printf 'late answer %s\n' "$(printf '%s' "$line" | jq -r .result.content.name)" >&2 ;;
    *'"result"'* | *'"error"'*) text "$(printf '%s' "$id" | tr -d '"')" "$(printf '%s' "$line" | jq -r '.result.content.name // .error.message')" ;;
    esac
done
TEXT
chmod +x "$work/own"
printf '{"mcpServers": {"own": {"command": "%s", "isolation": "session"}, "many": {"command": "%s", "isolation": "session"}, "now": {"command": "%s", "args": ["--era", "modern"], "isolation": "session"}, "good": {"command": "%s"}}}' \
    "$work/own" "$fakeserver" "$fakeserver" "$fakeserver" >"$repo/.mcp.json"
hub_up "$repo" || { e2e_done; exit; }

server_of() {
    mc status --json | jq -c '.workspaces[0].servers[] | select(.name == "'"$1"'") | '"$2"
}
listed() {
    [ "$(server_of own '[.state, .tools]')" = '["STOPPED",4]' ] && [ "$(server_of many .state)" = '"STOPPED"' ]
}
wait_for 'the server has told its lists, and sleeps' listed && pass 'the server has told its lists, and sleeps'
instances() {
    server_of own '.instances | length'
}
count_is() {
    [ "$(instances)" = "$1" ]
}

io=io.modelcontextprotocol
form='{"elicitation":{"form":{}}}'
# modern_ask STREAM TOOL WORD [MEMBERS]
modern_ask() {
    stream "$1" -H 'Content-Type: application/json' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H "Mcp-Name: $2" \
        --data '{"jsonrpc":"2.0","id":"'"$1"'","method":"tools/call","params":{"name":"'"$2"'","arguments":{"word":"'"$3"'"}'"${4:-}"',"_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":'"$form"'}}}' "$url/mcp"
}
modern_answer() {
    asked=$(messages "$1" | jq -r '.result.inputRequests[].params.message')
    modern_ask "$2" "$3" "$4" ',"inputResponses":{"input-1":{"action":"accept","content":{"name":"'"$asked"'"}}},"requestState":"'"$(messages "$1" | jq -r .result.requestState)"'"'
}
legacy_answer() {
    asked=$(messages "$1" | jq -r 'select(.method == "elicitation/create") | .params.message')
    in_session "$2" '{"jsonrpc":"2.0","id":'"$(messages "$1" | jq -c 'select(.method == "elicitation/create") | .id')"',"result":{"action":"accept","content":{"name":"'"$asked"'"}}}'
}
text_of() {
    messages "$1" | jq -r 'select(.id) | .result.content[0].text // .error.message // empty'
}
is_asked='.method == "elicitation/create"'
input_required='.result.resultType == "input_required"'
who() {
    in_session "$1" "$(call 1 own__who)"
    get '.result.content[0].text'
}

# ---- whose process
client ada 2025-11-25 "$form"
client bob 2025-06-18 '{"sampling":{},"roots":{}}'
is 'nothing runs for who has asked for nothing' "$(instances)" 0
in_session ada '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
is 'lists need no process' "$(get '.result.tools | map(select(.name == "own__who")) | length') $(instances)" '1 0'
hers=$(who ada) his=$(who bob)
is 'a session keeps its process' "$(who ada)" "$hers"
isnt() {
    if [ "$2" != "$3" ]; then pass "$1"; else fail "$1" "both are $2"; fi
}
isnt 'another has another' "${hers%% *}" "${his%% *}"
is 'each was told what its own client can do' "${hers#* } ${his#* }" '{"elicitation":{"form":{}}} {"roots":{},"sampling":{}}'
is 'status shows them, with what clients call themselves' "$(server_of own '.instances | map([.name, .client, .state, (.pid > 0)])')" '[["own","ada","READY",true],["own","bob","READY",true]]'
like 'also in words' "$(mc status)" 'own @ada'
is 'ps, too' "$(mc ps --json | jq -c '[.[] | select(.server == "own") | .client // "-"]')" '["-","ada","bob"]'
unlike 'a session id is shown nowhere' "$(mc status --json)" "$session_ada"

# ---- questions: at once, each to its own
client eve 2025-11-25 "$form"
round=0
while [ $round -lt 5 ]; do
    round=$((round + 1))
    begin "a$round" ada "$(call 2$round own__ask '{"word":"ada"}')"
    begin "e$round" eve "$(call 2$round own__ask '{"word":"eve"}')"
    wait_for 'ada is asked' saw "a$round" "$is_asked"
    wait_for 'eve is asked' saw "e$round" "$is_asked"
    legacy_answer "e$round" eve
    legacy_answer "a$round" ada
    for name in a e; do wait_for "$name ends" stream_ended "$name$round"; done
    is "round $round: both are asked at the same time, each their own question" "$(text_of "a$round") $(text_of "e$round")" 'ada eve'
done
in_session bob "$(call 3 own__ask '{"word":"bob"}')"
like 'who cannot be asked is not' "$(get '.result.content[0].text')" 'does not have the capability'

# ---- modern clients: calls that may ask have a process for themselves, and one that is free again is used again
modern_who() {
    modern_ask "$1" own__who x
    wait_for "$1 ends" stream_ended "$1"
    text_of "$1" | cut -d' ' -f1
}
first=$(modern_who c0)
isnt 'it is no session'"'"'s' "$first" "${hers%% *}"
is 'the next call has the same one' "$(modern_who d0)" "$first"
modern_ask c1 own__ask carol
wait_for 'carol is asked' saw c1 "$input_required"
modern_ask d1 own__ask dave
begin a9 ada "$(call 29 own__ask '{"word":"ada"}')"
wait_for 'so is dave, at the same time' saw d1 "$input_required" && pass 'a client that was asked is in nobody'"'"'s way'
wait_for 'and ada' saw a9 "$is_asked"
modern_answer d1 dd1 own__ask dave
modern_answer c1 cc1 own__ask carol
legacy_answer a9 ada
for name in a9 cc1 dd1; do wait_for "$name ends" stream_ended "$name"; done
is 'each was asked their own question' "$(text_of a9) $(text_of cc1) $(text_of dd1)" 'ada carol dave'
is 'free again, used again' "$(modern_who e0) $(instances)" "$first 5"

# ---- a server of 2026-07-28 asks in its results: it stays one process
in_session ada "$(call 30 now__tool1)"
is 'a server of 2026-07-28 stays one process' "$(get '.result.content | length') $(server_of now '[.state, (.instances | length)] | join(" ")')" '1 "READY 0"'

# ---- what a process tells is its session's
standing ga ada
standing ge eve
in_session ada "$(call 40 own__tell)"
for method in notifications/message notifications/tools/list_changed notifications/x/custom; do
    wait_for "$method" saw ga ".method == \"$method\"" && pass "$method: to its own session"
done
in_session ada "$(call 41 own__later '{"word":"afterwards"}')"
wait_for 'a question outside of any call' saw ga "$is_asked" && pass 'a question outside of any call goes to the session, too'
legacy_answer ga ada
wait_for 'and its answer back' traced own 'late answer afterwards' && pass 'and its answer back'
in_session ada '{"jsonrpc":"2.0","id":42,"method":"logging/setLevel","params":{"level":"emergency"}}'
wait_for 'a level is told to its own process' traced own '"level":"emergency"'
in_session ada "$(call 43 own__tell)"
wait_for 'the lists change again' sh -c '[ "$(sed -n "s/^data: *\(.\)/\1/p" "$1" | grep -c tools/list_changed)" = 2 ]' sh "$work/ga.out"
is 'and heeded' "$(how_many ga '.method == "notifications/message"')" 1
is 'nobody else has heard of all this' "$(how_many ge .)" 0
is 'setLevel went to one process' "$(trace_count own '"method":"logging/setLevel"')" 1

# ---- the end
is 'so many run' "$(instances)" 5
of_client ada
request -X DELETE -H "Mcp-Session-Id: $sid" "$url/mcp"
wait_for 'the process ends with its session' sh -c '! kill -0 "$1" 2>/dev/null' sh "${hers%% *}" && pass 'the process ends with its session'
is 'and only that' "$(instances)" 4
isnt 'bob has his' "$(who bob | cut -d' ' -f1)" ''
mc restart own >/dev/null 2>&1
isnt 'restart gives a new one' "$(who bob)" "$his"
stream old -H 'Accept: text/event-stream' "$url/sse"
wait_for 'HTTP+SSE: the endpoint is told' test -s "$work/old.out"
before=$(instances)
post "$(call 1 own__who)" "$url$(sed -n 's/^data: *//p' "$work/old.out" | head -1)"
wait_for 'HTTP+SSE: one more' count_is $((before + 1))
stream_close old
wait_for 'HTTP+SSE: its process ends with the stream' count_is "$before" && pass 'HTTP+SSE: its process ends with the stream'
mc stop own >/dev/null 2>&1
wait_for 'stop ends all of them' count_is 0 && pass 'stop ends all of them'

# ---- how many
fill=0
while [ $fill -lt 64 ]; do
    fill=$((fill + 1))
    client f$fill 2025-06-18
    in_session f$fill "$(call 1 many__tool1)"
    [ "$(get '.result.content | length')" = 1 ] || fail "session $fill has its process" "$body"
done
is '64 run' "$(server_of many '.instances | length')" 64
client extra 2025-06-18
in_session extra "$(call 1 many__tool1)"
like 'one more is refused, and why' "$(get .error.message)" '64 such instances run already'
like 'with what to do' "$(get .error.message)" 'end some sessions'
in_session extra "$(call 2 good__tool1)"
is 'other servers do not mind' "$(get '.result.content | length')" 1
request -X DELETE -H "Mcp-Session-Id: $session_f1" "$url/mcp"
in_session extra "$(call 3 many__tool1)"
is 'when one has ended there is room' "$(get '.result.content | length')" 1
e2e_done
