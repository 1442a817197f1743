#!/bin/sh
# The main job: a repo whose .mcp.json lists server-everything, server-filesystem and server-memory, served to both official SDKs and to curl.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
here=$top_srcdir/tests/e2e

node=$(echo "$top_srcdir"/tests/node_modules/node-linux-*/bin/node)
[ -x "$node" ] || node=$(command -v node) || skip_all 'no Node.js here (./bootstrap check brings it)'
[ -d "$top_srcdir/tests/node_modules/@modelcontextprotocol" ] || skip_all 'tests/node_modules is not there (./bootstrap check brings it)'

repo=$(new_repo real)
echo 'hello there' >"$repo/hello.txt"
"$node" "$here/servers.mjs" "$repo" >"$repo/.mcp.json"
hub_up "$repo" || { e2e_done; exit; }

subtest 'SDK 1.x' timeout 120 "$node" "$here/sdk1-client.mjs" "$url/mcp" "$repo"
for path in /sse /mcp; do
    subtest "SDK 1.x over HTTP+SSE at $path" timeout 120 "$node" "$here/sdk1-client.mjs" "$url$path" "$repo" sse
done
for era in legacy modern auto; do
    subtest "client 2.x, $era" timeout 120 "$node" "$here/sdk2-client.mjs" "$url/mcp" "$repo" "$era"
done

# ---- curl, legacy: initialize by hand
open_session 2025-06-18
is 'curl: initialize gives the version that was asked for' "$(printf '%s' "$initialize_answer" | jq -r .result.protocolVersion)" 2025-06-18
is 'curl: notifications/initialized is accepted' "$http" 202
legacy '{"jsonrpc":"2.0","id":"list","method":"tools/list"}'
is 'curl: tools/list echoes the id' "$(get .id)" list
for server in everything filesystem memory; do
    ok "curl: tools/list has tools of $server" test "$(get "[.result.tools[] | select(.name | startswith(\"${server}__\"))] | length")" -gt 3
done
legacy '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"everything__echo","arguments":{"message":"by hand"}}}'
is 'curl: a call' "$(get '.result.content[0].text')" 'Echo: by hand'

# ---- progress: every step, in order, before the answer
post '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"everything__trigger-long-running-operation","arguments":{"duration":0.2,"steps":4},"_meta":{"progressToken":"p-1"}}}' \
    -H "Mcp-Session-Id: $session" -H 'MCP-Protocol-Version: 2025-06-18'
messages=$(sed -n 's/^data: *\(.\)/\1/p' "$work/body" | jq -c 'if .method then [.method, .params.progressToken, .params.progress] else ["answer", .id] end' | xargs)
is 'curl: progress comes before the answer, under the token of the client' "$messages" \
    '[notifications/progress,p-1,1] [notifications/progress,p-1,2] [notifications/progress,p-1,3] [notifications/progress,p-1,4] [answer,3]'

# ---- curl, modern: nothing but headers
modern server/discover
is 'curl: server/discover offers the modern revision' "$(get '.result.supportedVersions | index("2026-07-28") != null')" true
modern tools/list
is 'curl: modern tools/list is complete' "$http $(get .result.resultType)" '200 complete'
ok 'curl: and may be kept' test "$(get .result.ttlMs)" -ge 0
modern_call everything__get-sum '{"a":1,"b":2}'
like 'curl: a modern call' "$(get '.result.content[0].text')" 3
modern resources/read '"uri":"demo://resource/dynamic/text/5"' demo://resource/dynamic/text/5
like 'curl: a modern resources/read' "$(get '.result.contents[0].text')" 'Resource 5'

# ---- one workspace, one server
workspace=$(mc status --json | jq -r '.workspaces[0].name')
post '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$modern_meta"'}}' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list' "$url/w/$workspace/mcp"
is '/w/W/mcp is that workspace' "$(get '[.result.tools[] | select(.name == "memory__read_graph")] | length')" 1
for path in "/w/$workspace/s/memory/mcp" /s/memory/mcp; do
    post '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$modern_meta"'}}' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list' "$url$path"
    is "$path is one server, unprefixed" "$(get '[.result.tools[] | select(.name == "read_graph")] | length')" 1
done

# ---- the command line
like 'mcpctl tools' "$(mc tools)" everything__echo
is 'mcpctl call' "$(cd "$repo" && mc call everything__echo message=typed)" 'Echo: typed'

# ---- cold: the catalog is there before any server has started
mc down --all >/dev/null
hub_up "$repo" && {
    modern tools/list
    ok 'after a restart tools/list comes from the catalog' test "$(get '.result.tools | length')" -gt 20
}
e2e_done
