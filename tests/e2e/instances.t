#!/bin/sh
# isolation: session: clients whose calls may ask have processes of their own, so that nobody waits for another one's user.
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo instances)
servers "$repo" "own=$fakeserver --trace --ask elicitation --log 1" "now=$fakeserver --era modern --trace --input"
jq '.mcpServers[].isolation = "session"' "$repo/.mcp.json" >"$work/config" && mv "$work/config" "$repo/.mcp.json"
hub_up "$repo" || { e2e_done; exit; }
all_ready
first=$(mc status --json | jq '.workspaces[0].servers[0].pid')
# how many private processes status tells of
private() {
    mc status --json | jq ".workspaces[0].servers[] | select(.name == \"$1\") | .instances"
}
pid_of() {
    in_session "$1" "$(call '"pid"' own__pid)"
    get '.result.content[0].text' | tr -dc 0-9
}
asked() {
    wait_for "$1 is asked" saw "$1" '.method == "elicitation/create"'
}
# answer CLIENT STREAM TEXT
answer() {
    in_session "$1" '{"jsonrpc":"2.0","id":'"$(messages "$2" | jq 'select(.method == "elicitation/create") | .id')"',"result":{"action":"accept","content":{"name":"'"$3"'"}}}'
}

# ---- legacy sessions
client ann 2025-11-25 '{"elicitation":{}}'
client bob 2025-06-18 '{"elicitation":{}}'
ann=$(pid_of ann) bob=$(pid_of bob)
ok 'two sessions have two processes, neither of them the first one' test "$ann" -ne "$bob" -a "$ann" -ne "$first" -a "$bob" -ne "$first"
is 'each keeps its own' "$(pid_of ann) $(pid_of bob)" "$ann $bob"
is 'status tells how many' "$(private own)" 2
begin qa ann "$(call 1 own__ask)"
begin qb bob "$(call 1 own__ask)"
asked qa
asked qb
answer bob qb Bob
wait_for 'the second need not wait for the user of the first' stream_ended qb
answer ann qa Ann
wait_for 'the first ends' stream_ended qa
is 'each has the answer of its own user' \
    "$(for name in qa qb; do messages $name | jq -r 'select(.result).result.content[0].text | fromjson | .content.name'; done | xargs)" 'Ann Bob'

# ---- log messages are those of the session's own process
in_session ann '{"jsonrpc":"2.0","id":2,"method":"logging/setLevel","params":{"level":"debug"}}'
standing g-bob bob
begin la ann "$(call 3 own__tool1)"
wait_for 'the call ends' stream_ended la
is 'to its own client' "$(how_many la '.method == "notifications/message"')" 1
in_session bob '{"jsonrpc":"2.0","id":4,"method":"ping"}'
is 'and to no other' "$(how_many g-bob '.method == "notifications/message"')" 0

# ---- the end of a session
gone() {
    ! kill -0 "$1" 2>/dev/null
}
request -X DELETE -H "Mcp-Session-Id: $session_ann" -H 'MCP-Protocol-Version: 2025-11-25' "$url/mcp"
is 'DELETE' "$http" 200
wait_for 'its process ends with it' gone "$ann"
ok 'the other one stays' test "$(pid_of bob)" = "$bob"

# ---- modern clients: one that never comes back is in nobody's way
can='"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}'
ask() {
    post '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"own__'"$1"'","arguments":{}'"${2:-}"','"$can"'}}' \
        -H "MCP-Protocol-Version: $modern_version" -H 'Mcp-Method: tools/call' -H "Mcp-Name: own__$1"
}
ask ask
is 'one is asked, and gives up' "$(get .result.resultType)" input_required
ask ask
is 'the next is asked at once' "$(get .result.resultType)" input_required
key=$(get '.result.inputRequests | keys[0]') state=$(get .result.requestState)
ask tool1
is 'calls that ask nothing go through' "$(get .result.resultType)" complete
ask ask ',"inputResponses":{"'"$key"'":{"action":"accept","content":{"name":"Eve"}}},"requestState":"'"$state"'"'
is 'and the retry finds its call' "$(get '.result.content[0].text | fromjson | .content.name')" Eve
is 'processes that are free again are used again' "$(private own)" 3
is 'nobody was refused' "$(cat "$work"/state/mcpctl/logs/own-*.log | grep -c 'it cannot be told whom to ask')" 0

# ---- a modern server needs none of that
client cat 2025-11-25 '{"elicitation":{}}'
in_session cat "$(call 1 now__tool1)"
is 'a server of 2026-07-28 stays one process' "$(get '.result.content | length') $(private now)" '1 0'

# ---- with the server
(cd "$repo" && mc stop own) >"$work/stop.out" 2>&1
wait_for 'private processes end with their server' gone "$bob"
is 'all of them' "$(private own)" 0
in_session bob "$(call 5 own__pid)"
is 'and start again when they are needed' "$(get '.result.content | length') $(private own)" '1 1'
e2e_done
