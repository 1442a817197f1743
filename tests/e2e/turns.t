#!/bin/sh
# Whose request is it? Several clients at one stdio server that asks during calls: nobody is asked somebody else's question.
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo turns)
# "ask" asks the client for the word that it was called with, as careless servers do: it does not heed cancellations, and is slow to ask ("late").
cat >"$work/asker" <<'TEXT'
#!/bin/sh
tool() { printf '{"name":"%s","inputSchema":{"type":"object"}}' "$1"; }
while IFS= read -r line; do
    printf '%s\n' "$line" >&2
    id=$(printf '%s' "$line" | jq -c .id)
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}\n' "$id" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s,%s,%s,%s]}}\n' "$id" "$(tool sleepy)" "$(tool ask)" "$(tool late)" "$(tool plain)" ;;
    *tools/call*)
        word=$(printf '%s' "$line" | jq -r .params.arguments.word)
        case $line in
        *'plain"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"%s"}]}}\n' "$id" "$word" ;;
        *'sleepy"'*) { sleep 2; printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"%s"}]}}\n' "$id" "$word"; } & ;;
        *'late"'*) { sleep 0.6; printf '{"jsonrpc":"2.0","id":"%s","method":"elicitation/create","params":{"message":"%s","requestedSchema":{"type":"object","properties":{}}}}\n' "$id" "$word"; } & ;;
        *) printf '{"jsonrpc":"2.0","id":"%s","method":"elicitation/create","params":{"message":"%s","requestedSchema":{"type":"object","properties":{}}}}\n' "$id" "$word" ;;
        esac
        ;;
    *'"result"'* | *'"error"'*)
        text=$(printf '%s' "$line" | jq -c '.result.content.name // .error.message // .result')
        printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":%s}]}}\n' "$(printf '%s' "$id" | tr -d '"')" "$text"
        ;;
    esac
done
TEXT
chmod +x "$work/asker"
printf '{"mcpServers": {"turns": {"command": "%s"}, "brief": {"command": "%s", "args": ["brief"], "timeout": {"call": 1000}}, "common": {"command": "%s", "args": ["common"], "isolation": "shared"}}}' \
    "$work/asker" "$work/asker" "$work/asker" >"$repo/.mcp.json"
hub_up "$repo" || { e2e_done; exit; }
all_ready() {
    [ "$(mc status --json | jq '[.workspaces[0].servers[] | select(.state == "READY")] | length')" = 3 ]
}
wait_for 'all servers are ready' all_ready

io=io.modelcontextprotocol
form='{"elicitation":{"form":{}}}'
# modern_ask STREAM TOOL WORD [MEMBERS]: a modern client's call, which is not waited for
modern_ask() {
    stream "$1" -H 'Content-Type: application/json' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H "Mcp-Name: $2" \
        --data '{"jsonrpc":"2.0","id":"'"$1"'","method":"tools/call","params":{"name":"'"$2"'","arguments":{"word":"'"$3"'"}'"${4:-}"',"_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":'"$form"'}}}' "$url/mcp"
}
# modern_answer STREAM NEW-STREAM TOOL WORD: retries with an answer that repeats what was asked
modern_answer() {
    asked=$(messages "$1" | jq -r '.result.inputRequests[].params.message')
    key=$(messages "$1" | jq -r '.result.inputRequests | keys[0]')
    modern_ask "$2" "$3" "$4" ',"inputResponses":{"'"$key"'":{"action":"accept","content":{"name":"'"$asked"'"}}},"requestState":"'"$(messages "$1" | jq -r .result.requestState)"'"'
}
# legacy_answer STREAM CLIENT: the same for a legacy one
legacy_answer() {
    asked=$(messages "$1" | jq -r 'select(.method == "elicitation/create") | .params.message')
    in_session "$2" '{"jsonrpc":"2.0","id":'"$(messages "$1" | jq -c 'select(.method == "elicitation/create") | .id')"',"result":{"action":"accept","content":{"name":"'"$asked"'"}}}'
}
text_of() {
    messages "$1" | jq -r 'select(.id) | .result.content[0].text // .error.message // empty'
}
is_asked='.method == "elicitation/create"'
input_required='.result.resultType == "input_required"'

client ada 2025-11-25 "$form"
client bob 2025-11-25 "$form"

# ---- the first time nobody knows that the server asks: it is refused rather than the wrong one asked
begin b0 bob "$(call 1 turns__sleepy '{"word":"bob"}')"
begin a0 ada "$(call 1 turns__late '{"word":"ada"}')"
wait_for 'both end' stream_ended a0
wait_for 'both end' stream_ended b0
is 'with two clients at once nobody is asked' "$(how_many a0 "$is_asked") $(how_many b0 "$is_asked")" '0 0'
is 'and the server is told why' "$(text_of a0 | grep -c 'several calls are in flight') $(text_of b0)" '1 bob'

# ---- from then on each has its turn
round=0
while [ $round -lt 5 ]; do
    round=$((round + 1))
    begin "a$round" ada "$(call 2$round turns__ask '{"word":"ada"}')"
    begin "b$round" bob "$(call 2$round turns__ask '{"word":"bob"}')"
    modern_ask "c$round" turns__ask carol
    modern_ask "d$round" turns__ask dave
    wait_for 'ada is asked' saw "a$round" "$is_asked"
    is "round $round: while she is asked nobody else is" "$(how_many "b$round" "$is_asked") $(how_many "c$round" "$input_required") $(how_many "d$round" "$input_required")" '0 0 0'
    legacy_answer "a$round" ada
    wait_for 'bob is asked' saw "b$round" "$is_asked"
    legacy_answer "b$round" bob
    wait_for 'carol is asked' saw "c$round" "$input_required"
    is "round $round: a parked call keeps its turn" "$(how_many "d$round" .)" 0
    modern_answer "c$round" "cc$round" turns__ask carol
    wait_for 'dave is asked' saw "d$round" "$input_required"
    modern_answer "d$round" "dd$round" turns__ask dave
    for name in a b cc dd; do wait_for "$name ends" stream_ended "$name$round"; done
    is "round $round: everybody was asked their own question" "$(text_of "a$round") $(text_of "b$round") $(text_of "cc$round") $(text_of "dd$round")" 'ada bob carol dave'
done

# ---- a client's own calls do not wait for each other
begin one ada "$(call 30 turns__ask '{"word":"ada"}')"
wait_for 'ada is asked' saw one "$is_asked"
begin waits bob "$(call 30 turns__plain '{"word":"bob"}')"
in_session ada "$(call 31 turns__plain '{"word":"meanwhile"}')"
is 'who is asked may call what she needs for the answer' "$(get '.result.content[0].text')" meanwhile
is 'before those that wait' "$(how_many waits .)" 0
legacy_answer one ada
wait_for 'her call ends' stream_ended one
wait_for 'and then his' stream_ended waits
is 'each with its own' "$(text_of one) $(text_of waits)" 'ada bob'

# ---- nobody waits for ever
in_session ada "$(call 40 brief__plain '{"word":"x"}')"
modern_ask p0 brief__ask carol
wait_for 'carol is asked' saw p0 "$input_required"
in_session bob "$(call 41 brief__plain '{"word":"bob"}')"
is 'a parked call holds others up until their deadline' "$(get .error.data.reason)" timeout
like 'which says why' "$(get .error.message)" 'busy with the call of another client'
modern_answer p0 p1 brief__ask carol
wait_for 'the parked call has outlived its own deadline' stream_ended p1
is 'and goes on' "$(text_of p1)" carol
in_session bob "$(call 42 brief__plain '{"word":"bob"}')"
is 'then the next has its turn' "$(get '.result.content[0].text')" bob

# ---- a call that was given up may still ask: nobody else is asked that
late_calls() {
    [ "$(trace_count turns '"name":"late"')" = "$1" ]
}
begin gone ada "$(call 50 turns__late '{"word":"ada"}')"
wait_for 'the call is at the server' late_calls 2
in_session ada '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":50}}'
begin after bob "$(call 50 turns__ask '{"word":"bob"}')"
wait_for 'bob is asked' saw after "$is_asked"
is 'his own question' "$(messages after | jq -r "select($is_asked) | .params.message")" bob
legacy_answer after bob
wait_for 'his call ends' stream_ended after

# ---- isolation: shared: no turns, and never the wrong one
begin s2 bob "$(call 60 common__sleepy '{"word":"bob"}')"
begin s1 ada "$(call 60 common__late '{"word":"ada"}')"
wait_for 'both end' stream_ended s1
wait_for 'both end' stream_ended s2
begin s3 ada "$(call 61 common__ask '{"word":"ada"}')"
wait_for 'ada is asked' saw s3 "$is_asked"
in_session bob "$(call 62 common__plain '{"word":"bob"}')"
is 'shared: others do not wait' "$(get '.result.content[0].text')" bob
in_session bob "$(call 63 common__ask '{"word":"bob"}')"
like 'shared: but are not asked' "$(get '.result.content[0].text')" 'several calls are in flight'
legacy_answer s3 ada
wait_for 'her call ends' stream_ended s3
is 'shared: hers is answered' "$(text_of s3)" ada
is 'and nobody was asked before' "$(how_many s1 "$is_asked") $(how_many s2 "$is_asked")" '0 0'
e2e_done
