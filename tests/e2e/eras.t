#!/bin/sh
# Which era a server is spoken to in: the modern one when it has it, also when it is slow to say so.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

node=$(echo "$top_srcdir"/tests/node_modules/node-linux-*/bin/node)
[ -x "$node" ] || node=$(command -v node) || skip_all 'no Node.js here (./bootstrap check brings it)'
[ -d "$top_srcdir/tests/node_modules/@modelcontextprotocol" ] || skip_all 'tests/node_modules is not there (./bootstrap check brings it)'
fixtures=$top_srcdir/tests/conformance

# late COMMAND...: ready only after the hub has sent initialize as well
cat >"$work/late" <<'E2'
#!/bin/sh
sleep 3
exec "$@"
E2
chmod +x "$work/late"
repo=$(new_repo eras)
servers "$repo" "legacy=$node $fixtures/legacy.mjs" "modern=$node $fixtures/modern.mjs" "dual=$node $fixtures/dual.mjs" \
    "latelegacy=$work/late $node $fixtures/legacy.mjs" "latemodern=$work/late $node $fixtures/modern.mjs" "late=$work/late $node $fixtures/dual.mjs" \
    "trace=$work/late $fakeserver --era dual --trace"
hub_up "$repo" || { e2e_done; exit; }
# column MEMBER: of all servers, in their order
column() {
    mc status --json | jq -r "[.workspaces[0].servers[].$1] | join(\" \")"
}
all_ready
is 'each is spoken to in the newest era that it has' "$(column era)" 'legacy modern modern legacy modern modern modern'
is 'those that might be bound to the legacy era were started again' "$(column restarts)" '0 0 0 0 0 1 1'
for server in legacy modern dual latelegacy latemodern late; do
    modern_call test_simple_text '{}' "$url/s/$server/mcp"
    is "$server answers" "$http $(get '.result.content[0].text')" '200 This is a simple text response for testing.'
done
reaches 'the second process got no initialize' trace '"initialize"' 1

# Nothing is lost with the legacy era: a legacy client at the SDK's server of both.
at=$url/s/dual/mcp
client ann 2025-11-25 '{"elicitation":{}}'
standing g ann
in_session ann '{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"test://watched-resource"}}' "$at"
in_session ann '{"jsonrpc":"2.0","id":2,"method":"logging/setLevel","params":{"level":"info"}}' "$at"
in_session ann "$(call 3 test_update_resource)" "$at"
wait_for 'an update' saw g '.method == "notifications/resources/updated" and .params.uri == "test://watched-resource"'
in_session ann "$(call 4 test_trigger_tool_change)" "$at"
wait_for 'a change of the list' saw g '.method == "notifications/tools/list_changed"'
in_session ann "$(call 5 test_tool_with_progress '{}' '{"progressToken":"x"}')" "$at"
is 'progress' "$(sed -n 's/^data: *\(.\)/\1/p' "$work/body" | jq -c 'select(.method).params | [.progressToken, .progress]' | xargs)" '[x,0] [x,50] [x,100]'
in_session ann "$(call 6 test_tool_with_logging)" "$at"
is 'log messages' "$(grep -c notifications/message "$work/body")" 3
begin two ann "$(call 7 test_input_required_result_multi_round)"
# says ANSWER: to the last question
says() {
    in_session ann '{"jsonrpc":"2.0","id":'"$(messages two | jq 'select(.method == "elicitation/create").id' | tail -1)"',"result":{"action":"accept","content":'"$1"'}}' "$at"
}
wait_for 'a question' saw two '.params.message == "Step 1: What is your name?"'
says '{"name":"Ann"}'
wait_for 'one more' saw two '.params.message == "Step 2: What is your favorite color?"'
says '{"color":"red"}'
wait_for 'the call ends' stream_ended two
is 'both answers are there' "$(messages two | jq -r 'select(.result).result.content[0].text')" 'Ann red'

# The era is remembered with the catalog: silence is then no reason for initialize.
ok 'the hub ends' mc down --all
hub_up "$repo" || { e2e_done; exit; }
for server in legacy modern dual latelegacy latemodern late; do
    modern_call test_simple_text '{}' "$url/s/$server/mcp"
done
modern_call tool1 '{}' "$url/s/trace/mcp"
is 'the last one answers as well' "$http $(get .result.resultType)" '200 complete'
is 'the same eras' "$(column era)" 'legacy modern modern legacy modern modern modern'
is 'nothing was started twice' "$(column restarts)" '0 0 0 0 0 0 0'
is 'the remembered one got no initialize at all' "$(trace_count trace '"initialize"')" 1

# What the config says holds against what was remembered.
with_protocol() {
    mc down --all >/dev/null 2>&1
    jq '.mcpServers.dual.protocol = "'"$1"'"' "$repo/.mcp.json" >"$work/config" && mv "$work/config" "$repo/.mcp.json"
    hub_up "$repo"
    modern_call test_simple_text '{}' "$url/s/dual/mcp"
    mc status --json | jq -r '.workspaces[0].servers[] | select(.name == "dual") | "\(.era) \(.restarts)"'
}
is 'protocol: legacy' "$(with_protocol legacy)" 'legacy 0'
is 'protocol: modern' "$(with_protocol modern)" 'modern 0'
is 'protocol: legacy once more' "$(with_protocol legacy)" 'legacy 0'
hub_address
e2e_done
