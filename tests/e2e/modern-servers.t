#!/bin/sh
# Servers of 2026-07-28 for clients of both eras: what each request says of its client, questions in results, log messages.
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo modernservers)
# "ever" never has enough.
cat >"$work/ever" <<'TEXT'
#!/bin/sh
while IFS= read -r line; do
    printf '%s\n' "$line" >&2
    id=$(printf '%s' "$line" | jq -c .id)
    case $line in
    *server/discover*) result='"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"resultType":"complete","ttlMs":0,"cacheScope":"private"' ;;
    *tools/list*) result='"tools":[{"name":"more","inputSchema":{"type":"object"}}],"resultType":"complete","ttlMs":0,"cacheScope":"private"' ;;
    *tools/call*) result='"resultType":"input_required","requestState":"s"' ;;
    *) continue ;;
    esac
    printf '{"jsonrpc":"2.0","id":%s,"result":{%s}}\n' "$id" "$result"
done
TEXT
chmod +x "$work/ever"
servers "$repo" \
    "ever=$work/ever" \
    "now=$fakeserver --era modern --trace --input --prompts --resources --log 2" \
    "other=$fakeserver --era modern --trace --slow 60000" \
    "sub=$fakeserver --era modern --trace --list-changed --subscribe --hang-up" \
    "link=$fakeserver --era modern --trace --ask elicitation-url" \
    "sample=$fakeserver --era modern --trace --ask sampling"
hub_up "$repo" || { e2e_done; exit; }
all_ready
is 'they are spoken to in the modern era' "$(mc status --json | jq -c '[.workspaces[0].servers[].era] | unique')" '["modern"]'

# The last request to a server that matches, as it came there.
at_server() {
    cat "$work"/state/mcpctl/logs/*"$1"*.log | grep -F '"method":"'"$2"'"' | grep -F "${3:-}" | tail -1
}
io=io.modelcontextprotocol
meta_at() {
    at_server "$1" "$2" "${3:-}" | jq -c ".params._meta[\"$io/$4\"]"
}
# answer CLIENT STREAM METHOD MEMBER: the client answers the last request of that method
answer() {
    in_session "$1" '{"jsonrpc":"2.0","id":'"$(messages "$2" | jq -c "select(.method == \"$3\") | .id" | tail -1)"','"$4"'}'
}
asked() {
    wait_for "$1: $2 comes" saw "$1" ".method == \"$2\""
}

# ---- what each request says of a legacy client
client bare 2025-06-18
in_session bare "$(call 1 now__tool1 '{}' '{"traceparent":"00-1-1-00","io.modelcontextprotocol/clientCapabilities":{"sampling":{}}}')"
is 'a plain call' "$(get '.result.content | length')" 1
is 'the revision' "$(meta_at now tools/call tool1 protocolVersion)" '"2026-07-28"'
is 'capabilities: none, whatever the request itself says' "$(meta_at now tools/call tool1 clientCapabilities)" '{}'
is 'clientInfo is that of the session' "$(meta_at now tools/call tool1 clientInfo)" '{"name":"bare","version":"1"}'
is 'no logLevel that nobody set' "$(meta_at now tools/call tool1 logLevel)" null
is 'foreign members of _meta pass' "$(at_server now tools/call tool1 | jq -r .params._meta.traceparent)" 00-1-1-00
is 'a result has no resultType that is not complete' "$(get '.result.resultType // "complete"')" complete
client old 2025-03-26 '{"sampling":{"tools":{}},"elicitation":{"url":{}},"roots":{"listChanged":true}}'
in_session old "$(call 1 now__tool1)"
is 'capabilities of 2025-03-26: what that revision has' "$(meta_at now tools/call tool1 clientCapabilities)" '{"roots":{},"sampling":{}}'
client form 2025-06-18 '{"elicitation":{}}'
in_session form "$(call 1 now__tool1)"
is 'an empty elicitation means forms' "$(meta_at now tools/call tool1 clientCapabilities)" '{"elicitation":{"form":{}}}'
client full 2025-11-25 '{"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}},"roots":{"listChanged":true},"experimental":{"x":{}}}'
in_session full "$(call 1 now__tool1)"
is 'capabilities of 2025-11-25' "$(meta_at now tools/call tool1 clientCapabilities)" '{"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}}'
in_session full '{"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"now__plain"}}'
is 'on prompts/get as well' "$(meta_at now prompts/get '' clientInfo)" '{"name":"full","version":"1"}'
in_session full '{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"fake://text"}}'
is 'and on resources/read' "$(meta_at now resources/read '' clientInfo)" '{"name":"full","version":"1"}'

# ---- log messages
in_session full '{"jsonrpc":"2.0","id":3,"method":"logging/setLevel","params":{"level":"info"}}'
standing g-full full
begin logs full "$(call 4 now__tool1)"
wait_for 'the call ends' stream_ended logs
is 'logLevel is that of the session' "$(meta_at now tools/call tool1 logLevel)" '"info"'
is 'the messages are on the stream of the call' "$(how_many logs '.method == "notifications/message"') $(how_many g-full '.method == "notifications/message"')" '2 0'
ok 'and before the answer' sh -c '[ "$1" = 4 ]' sh "$(messages logs | jq -rn '[inputs] | last | .id')"
in_session full '{"jsonrpc":"2.0","id":3,"method":"logging/setLevel","params":{"level":"error"}}'
in_session full "$(call 4 now__tool1)"
is 'a higher level: none' "$(grep -c notifications/message "$work/body")" 0
ok 'logging/setLevel is none of this revision' sh -c '! grep -qF logging/setLevel "$1"/state/mcpctl/logs/now-*.log' sh "$work"

# ---- questions in a result become requests
begin several full "$(call '"s"' now__several)"
for method in elicitation/create sampling/createMessage roots/list; do asked several $method; done
is 'all at once, each with an id of its own' "$(messages several | jq -cn '[inputs | .id] | unique | length')" 3
is 'nothing else came' "$(messages several | wc -l)" 3
is 'mode passes to 2025-11-25' "$(messages several | jq -r 'select(.method == "elicitation/create") | .params.mode')" form
answer full several roots/list '"result":{"roots":[{"uri":"file:///client"}]}'
answer full several sampling/createMessage '"result":{"role":"assistant","model":"m","content":{"type":"text","text":"42"},"big":12345678901234567890}'
ok 'nothing goes on before the last answer' test ! -s "$work/several.code"
answer full several elicitation/create '"result":{"action":"accept","content":{"name":"Ada"}}'
wait_for 'the call ends' stream_ended several
is 'the answers reach the server under their keys, and the state byte for byte' \
    "$(messages several | jq -r 'select(.id == "s") | .result.content[0].text')" \
    '{"r":{"roots":[{"uri":"file:///client"}]},"s":{"role":"assistant","model":"m","content":{"type":"text","text":"42"},"big":12345678901234567890},"a \"form\"":{"action":"accept","content":{"name":"Ada"}}}'
is 'the retry has a new id' "$(cat "$work"/state/mcpctl/logs/now-*.log | grep -F '"name":"several"' | jq .id | sort -u | wc -l)" 2
is 'and the same client' "$(meta_at now tools/call inputResponses clientInfo)" '{"name":"full","version":"1"}'
is 'nothing of that was on the GET stream' "$(how_many g-full '.method | strings | test("sampling|elicitation|roots/list")')" 0

begin none form "$(call 5 now__stateless)"
asked none elicitation/create
is 'mode is none of 2025-06-18' "$(messages none | jq -r 'select(.method) | .params | has("mode")')" false
answer form none elicitation/create '"result":{"action":"decline"}'
wait_for 'the call ends' stream_ended none
is 'no requestState: none goes back' "$(messages none | jq -r 'select(.id == 5) | .result.content[0].text')" '{"form":{"action":"decline"}}'
before=$(date +%s%N)
in_session bare "$(call 6 now__later)"
after=$(date +%s%N)
is 'no questions: asked again until it answers' "$(get '.result.content[0].text')" now
ok "at a pace of 250 ms ($(((after - before) / 1000000)) ms)" test $(((after - before) / 1000000)) -ge 500

begin refused form "$(call 7 now__stateless)"
asked refused elicitation/create
answer form refused elicitation/create '"error":{"code":-1,"message":"User rejected it"}'
wait_for 'the call ends' stream_ended refused
is 'an error as answer: the tool failed' "$(messages refused | jq -c 'select(.id == 7) | .result | [.isError, .content[0].text]')" '[true,"User rejected it"]'
begin lacking form "$(call 8 now__several)"
wait_for 'the call ends' stream_ended lacking
is 'a question that this client has no capability for' "$(messages lacking | jq -c 'select(.id == 8) | .error.code')" -32603
is 'none of the others is asked either' "$(how_many lacking .method)" 0

begin endless form "$(call '"e"' now__endless)"
round=0
while [ $round -lt 10 ]; do
    round=$((round + 1))
    wait_for "round $round" sh -c '[ "$(grep -c elicitation/create "$1")" -ge "$2" ]' sh "$work/endless.out" $round || break
    answer form endless elicitation/create '"result":{"action":"accept","content":{}}'
done
wait_for 'the call ends' stream_ended endless
is 'ten rounds and no more' "$(how_many endless '.method == "elicitation/create"') $(messages endless | jq -c 'select(.id == "e") | .error.code')" '10 -32603'

# ---- url mode
begin url full "$(call 10 link__ask)"
asked url elicitation/create
ok 'url mode has an elicitationId here' saw url '.params.mode == "url" and (.params.elicitationId | length) >= 16'
answer full url elicitation/create '"result":{"action":"accept"}'
wait_for 'the call ends' stream_ended url
is 'and goes on' "$(messages url | jq -r 'select(.id == 10) | .result.content[0].text')" '{"action":"accept"}'
in_session form "$(call 11 link__ask)"
is 'a client without url mode: the server says what it needs' "$(get .error.code)" -32603

# ---- cancellation
begin held full "$(call 12 now__several)"
asked held roots/list
in_session full '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":12}}'
wait_for 'a call that waits for its client ends' stream_ended held
is 'its questions are withdrawn' "$(how_many held '.method == "notifications/cancelled"')" 3
is 'and it has no answer' "$(how_many held '.id == 12')" 0
begin stuck full "$(call 13 other__tool1)"
wait_for 'the call is at the server' traced other '"name":"tool1"'
wire_id=$(at_server other tools/call tool1 | jq .id)
in_session full '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":13}}'
wait_for 'the server is told' traced other "notifications/cancelled\",\"params\":{\"requestId\":$wire_id" && pass 'a cancelled call is cancelled at the server'
begin left full "$(call 14 now__several)"
asked left roots/list
request -X DELETE -H "Mcp-Session-Id: $session_full" "$url/mcp"
wait_for 'the end of a session ends its call' stream_ended left
wait_for 'and its streams' stream_ended g-full

# ---- modern clients: everything passes
with_caps() {
    printf '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":%s,"io.modelcontextprotocol/clientInfo":{"name":"curl","version":"1"}%s}' "$1" "${2:-}"
}
# modern_with CAPABILITIES TOOL [MEMBERS [META]]
modern_with() {
    post '{"jsonrpc":"2.0","id":"m","method":"tools/call","params":{"name":"'"$2"'","arguments":{},'"${3:+$3,}$(with_caps "$1" "${4:-}")"'}}' \
        -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H "Mcp-Name: $2"
}
all='{"sampling":{"tools":{}},"elicitation":{"form":{}},"roots":{},"extensions":{"x/y":{"z":1}}}'
modern_with "$all" now__several
is 'input_required reaches a modern client' "$http $(get '.result.resultType')" '200 input_required'
is 'as it is' "$(get '.result.inputRequests | keys | tojson')" '["a \"form\"","r","s"]'
ok 'its state byte for byte' grep -qF '"requestState":"st\u0061te \/ é \ud83d\ude00 1e400"' "$work/body"
unlike 'without cache hints' "$body" ttlMs
is 'capabilities are exactly the caller'\''s' "$(meta_at now tools/call several clientCapabilities)" "$all"
modern_with "$all" now__several '"inputResponses":{"s":{"n":12345678901234567890}},"requestState":"st\u0061te \/ é \ud83d\ude00 1e400"'
is 'the retry passes' "$http $(get '.result | [.resultType, .content[0].text] | tojson')" '200 ["complete","{\"s\":{\"n\":12345678901234567890}}"]'
modern_with "$all" now__several '"inputResponses":{},"requestState":"tampered"'
is 'a state that the server did not give' "$(get .error.code)" -32602
modern_with '{}' sample__ask
is 'a capability that the caller lacks' "$http $(get '[.error.code, .error.data.requiredCapabilities] | tojson')" '400 [-32021,{"sampling":{}}]'
modern_with '{}' now__tool1 '' ',"io.modelcontextprotocol/logLevel":"info"'
is 'log messages with logLevel' "$(grep -c notifications/message "$work/body")" 2
modern_with '{}' now__tool1 '' ',"io.modelcontextprotocol/logLevel":"error"'
is 'not below that level' "$(grep -c notifications/message "$work/body")" 0

# ---- changes and updates: one listen at the server, for everybody
open_listens() { # how many listens a server has got, less those that were cancelled
    echo $(($(trace_count sub '"method":"subscriptions/listen"') - $(trace_count sub '"reason":"another one has taken its place"')))
}
is 'one listen for the list changes' "$(at_server sub subscriptions/listen | jq -c .params.notifications) $(open_listens)" '{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true} 1'
client s1 2025-06-18 && standing gs1 s1
client s2 2025-11-25 && standing gs2 s2
listen() {
    stream "$1" -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: subscriptions/listen' \
        --data '{"jsonrpc":"2.0","id":"'"$1"'","method":"subscriptions/listen","params":{"notifications":'"$2"','"$modern_meta"'}}' "$url/mcp"
    wait_for "$1: the acknowledgement" saw "$1" '.method == "notifications/subscriptions/acknowledged"'
}
listen changes '{"toolsListChanged":true}'
before=$(date +%s%N)
in_session s1 "$(call 1 sub__change)"
wait_for 'list_changed reaches a legacy client' saw gs1 '.method == "notifications/tools/list_changed"'
wait_for 'and the other one' saw gs2 '.method == "notifications/tools/list_changed"'
wait_for 'and a modern one' saw changes '.method == "notifications/tools/list_changed"'
after=$(date +%s%N)
ok "within 300 ms of it ($(((after - before) / 1000000)) ms with the call)" test $(((after - before) / 1000000)) -lt 600
is 'tagged for that one alone' "$(messages changes | jq -cn '[inputs | .params._meta["io.modelcontextprotocol/subscriptionId"]] | unique') $(how_many gs1 '.params._meta')" '["changes"] 0'
in_session s1 '{"jsonrpc":"2.0","id":2,"method":"tools/list"}'
is 'and the list is the new one' "$(get '[.result.tools[] | select(.name == "sub__extra")] | length')" 1

in_session s1 '{"jsonrpc":"2.0","id":3,"method":"resources/subscribe","params":{"uri":"fake://counter"}}'
is 'subscribe' "$http $(get '.result | tojson')" '200 {}'
one_listen() {
    [ "$(open_listens)" = 1 ] && at_server sub subscriptions/listen | jq -e ".params.notifications | $1"
}
wait_for 'another listen with the resource takes the place of the first' one_listen '.resourceSubscriptions == ["fake://counter"]' && pass 'another listen with the resource takes the place of the first'
in_session s2 "$(call 1 sub__count)"
wait_for 'an update reaches the subscriber' saw gs1 '.method == "notifications/resources/updated" and .params == {"uri":"fake://counter"}' && pass 'an update reaches the subscriber, without a subscription id'
listens=$(trace_count sub '"method":"subscriptions/listen"')
listen updates '{"resourceSubscriptions":["fake://counter"]}'
in_session s2 '{"jsonrpc":"2.0","id":3,"method":"resources/subscribe","params":{"uri":"fake://counter"}}'
is 'a resource that is watched already needs no other listen' "$(trace_count sub '"method":"subscriptions/listen"')" "$listens"
in_session s1 '{"jsonrpc":"2.0","id":4,"method":"resources/unsubscribe","params":{"uri":"fake://counter"}}'
in_session s2 "$(call 1 sub__count)"
wait_for 'an update reaches the other subscriber' saw gs2 '.method == "notifications/resources/updated"'
wait_for 'and the listener' saw updates '.method == "notifications/resources/updated"'
is 'once each, and not who unsubscribed' "$(for name in gs1 gs2 updates; do how_many $name '.method == "notifications/resources/updated"'; done | xargs)" '1 1 1'
ok 'resources/subscribe is none of this revision' sh -c '! grep -qE "resources/(un)?subscribe" "$1"/state/mcpctl/logs/sub-*.log' sh "$work"
stream_close updates
in_session s2 '{"jsonrpc":"2.0","id":4,"method":"resources/unsubscribe","params":{"uri":"fake://counter"}}'
wait_for 'without subscribers the resource is watched no more' one_listen 'has("resourceSubscriptions") | not' && pass 'without subscribers the resource is watched no more'

# ---- a listen that ends, and a server that starts again
count=$(how_many gs1 '.method == "notifications/tools/list_changed"')
listens=$(trace_count sub '"method":"subscriptions/listen"')
in_session s1 "$(call 5 sub__hangup)"
more_listens() {
    [ "$(trace_count sub '"method":"subscriptions/listen"')" -gt "$listens" ]
}
wait_for 'a listen that the server ends is opened again' more_listens && pass 'a listen that the server ends is opened again'
more_changes() {
    [ "$(how_many gs1 '.method == "notifications/tools/list_changed"')" -gt "$count" ]
}
wait_for 'and what changed meanwhile is noticed' more_changes && pass 'and what changed meanwhile is noticed'
in_session s1 '{"jsonrpc":"2.0","id":6,"method":"resources/subscribe","params":{"uri":"fake://counter"}}'
last_watches() {
    at_server sub subscriptions/listen | jq -e '.params.notifications.resourceSubscriptions == ["fake://counter"]'
}
wait_for 'subscribed' last_watches
listens=$(trace_count sub '"method":"subscriptions/listen"')
ok 'restart' sh -c 'cd "$1" && "$2" restart sub' sh "$repo" "$top_builddir/mcpctl"
wait_for 'after a restart it listens again' more_listens
is 'to the same resources' "$(at_server sub subscriptions/listen | jq -c .params.notifications.resourceSubscriptions)" '["fake://counter"]'
count=$(how_many gs1 '.method == "notifications/resources/updated"')
in_session s1 "$(call 7 sub__count)"
updated_again() {
    [ "$(how_many gs1 '.method == "notifications/resources/updated"')" -gt "$count" ]
}
wait_for 'and hears of them' updated_again && pass 'and hears of them'
for name in gs1 gs2 changes; do stream_close $name; done

# ---- a server that never has enough
client patient 2025-11-25 '{"elicitation":{}}'
in_session patient "$(call 1 ever__more)"
like 'ten rounds are enough' "$(get '.error.message')" 'gave up after 10 rounds'
is 'the call and ten more' "$(trace_count ever '"method":"tools/call"')" 11

# ---- the official SDK 1.x is asked
node=$(echo "$top_srcdir"/tests/node_modules/node-linux-*/bin/node)
[ -x "$node" ] || node=$(command -v node)
if [ -n "$node" ] && [ -d "$top_srcdir/tests/node_modules/@modelcontextprotocol" ]; then
    subtest 'SDK 1.x' timeout 60 "$node" "$top_srcdir/tests/e2e/sdk1-input.mjs" "$url/mcp"
else
    skip 'SDK 1.x: tests/node_modules is not there'
fi

e2e_done
