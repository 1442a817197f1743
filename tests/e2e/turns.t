#!/bin/sh
# Whose request is it? Several clients at one stdio server that asks during calls: nobody is asked somebody else's question.
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo turns)
# "ask" asks the client for the word that it was called with, as careless servers do: it does not heed cancellations, and asks when it may ("late").
# "sleepy" answers when it may.
for name in sleepy late; do for word in ada bob; do gate $name-$word; done; done
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
        *'sleepy"'*) { read -r _ <"${0%/*}/sleepy-$word.gate"; printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"%s"}]}}\n' "$id" "$word"; } & ;;
        *'late"'*) { read -r _ <"${0%/*}/late-$word.gate"; printf '{"jsonrpc":"2.0","id":"%s","method":"elicitation/create","params":{"message":"%s","requestedSchema":{"type":"object","properties":{}}}}\n' "$id" "$word"; } & ;;
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
hub_up "$repo" -vv || { e2e_done; exit; }
all_ready

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
wait_for 'hers is at the server' traced turns '"name":"late"'
wait_for 'his too' traced turns '"name":"sleepy"'
go late-ada
wait_for 'hers ends' stream_ended a0
go sleepy-bob
wait_for 'and then his' stream_ended b0
is 'with two clients at once nobody is asked' "$(how_many a0 "$is_asked") $(how_many b0 "$is_asked")" '0 0'
is 'and the server is told why' "$(text_of a0 | grep -c 'several calls are in flight') $(text_of b0)" '1 bob'

# ---- from then on each has its turn
# Who is asked, of the four calls of this round; whoever comes first is first.
asked() {
    for who in a b; do ! saw "$who$round" "$is_asked" || echo $who; done
    for who in c d; do ! saw "$who$round" "$input_required" || echo $who; done
}
# one_more: somebody is asked who has not been before
one_more() {
    [ "$(asked | wc -l)" -gt "$turn" ]
}
round=0
while [ $round -lt 5 ]; do
    round=$((round + 1)) turn=0 before=
    begin "a$round" ada "$(call 2$round turns__ask '{"word":"ada"}')"
    begin "b$round" bob "$(call 2$round turns__ask '{"word":"bob"}')"
    modern_ask "c$round" turns__ask carol
    modern_ask "d$round" turns__ask dave
    while [ $turn -lt 4 ] && wait_for "round $round: somebody is asked" one_more; do
        turn=$((turn + 1))
        all=$(asked)
        is "round $round: one at a time" "$(printf '%s\n' "$all" | wc -l)" $turn
        next=$(printf '%s\n' "$all" | grep -v "^[x$before]$" | head -1) before=$before$next
        case $next in
        a) legacy_answer "a$round" ada ;;
        b) legacy_answer "b$round" bob ;;
        c) modern_answer "c$round" "cc$round" turns__ask carol ;;
        d) modern_answer "d$round" "dd$round" turns__ask dave ;;
        esac
    done
    for name in a b cc dd; do wait_for "$name ends" stream_ended "$name$round"; done
    is "round $round: everybody was asked their own question" "$(text_of "a$round") $(text_of "b$round") $(text_of "cc$round") $(text_of "dd$round")" 'ada bob carol dave'
done

# ---- a client's own calls do not wait for each other
begin one ada "$(call 30 turns__ask '{"word":"ada"}')"
wait_for 'ada is asked' saw one "$is_asked"
begin waits bob "$(call 30 turns__plain '{"word":"bob"}')"
wait_for 'his call is at the hub' hub_began turns__plain 1
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
asks=$(hub_calls turns__ask)
begin after bob "$(call 50 turns__ask '{"word":"bob"}')"
wait_for 'his call is at the hub' hub_began turns__ask $((asks + 1))
go late-ada
wait_for 'bob is asked' saw after "$is_asked"
is 'his own question' "$(messages after | jq -r "select($is_asked) | .params.message")" bob
legacy_answer after bob
wait_for 'his call ends' stream_ended after

# ---- isolation: shared: no turns, and never the wrong one
begin s2 bob "$(call 60 common__sleepy '{"word":"bob"}')"
begin s1 ada "$(call 60 common__late '{"word":"ada"}')"
wait_for 'hers is at the server' traced common '"name":"late"'
wait_for 'his too' traced common '"name":"sleepy"'
go late-ada
wait_for 'hers ends' stream_ended s1
go sleepy-bob
wait_for 'and then his' stream_ended s2
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
# ---- a server that was seen to ask is known to, also after a restart of the hub
mc down --all >/dev/null 2>&1
hub_up "$repo" || { e2e_done; exit; }
client ada 2025-11-25 "$form"
client bob 2025-11-25 "$form"
begin again-b bob "$(call 1 turns__sleepy '{"word":"bob"}')"
begin again-a ada "$(call 1 turns__ask '{"word":"ada"}')"
# The hub has her call, and what it has sent of it the server has read.
in_use() {
    in_session ada "$(call 1 turns__plain '{"word":"x"}')"
    [ "$(get .error.code)" = -32600 ]
}
wait_for 'her call is under way' in_use
in_session ada '{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}'
wait_for 'the server has read so far' traced turns notifications/roots/list_changed
go sleepy-bob
wait_for 'ada is asked' saw again-a "$is_asked" && pass 'the first question after a restart is no surprise'
legacy_answer again-a ada
for name in a b; do wait_for "$name ends" stream_ended again-$name; done
is 'each has their own' "$(text_of again-a) $(text_of again-b)" 'ada bob'
e2e_done
