#!/bin/sh
# The specification's own schemas and examples: the examples are what the envelope scanner and the schemas say, and all that the hub says meets the schemas.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
here=$top_srcdir/tests/e2e

spec=${MCP_SPEC:-$top_srcdir/../shared/spec}
[ -d "$spec" ] || skip_all 'the schemas of the specification are not here (../shared/spec beside the source, or MCP_SPEC)'
node=$(echo "$top_srcdir"/tests/node_modules/node-linux-*/bin/node)
[ -x "$node" ] || node=$(command -v node) || skip_all 'no Node.js here (./bootstrap check brings it)'
[ -d "$top_srcdir/tests/node_modules/ajv" ] || skip_all 'tests/node_modules is not there (./bootstrap check brings it)'

subtest 'examples' "$node" "$here/spec-examples.mjs" "$spec" "$top_builddir/tests/helper/envelope"

repo=$(new_repo spec)
# What it gets is in its log.
printf '#!/bin/sh\ntee /dev/stderr | exec "%s" "%s/tests/conformance/tasks-2025.mjs"\n' "$node" "$(cd "$top_srcdir" && pwd)" >"$work/tasks"
chmod +x "$work/tasks"
all="--trace --prompts --progress 2 --log 1 --list-changed --name spec"
servers "$repo" \
    "first=$fakeserver $all --version 2024-11-05 --ask sampling --resources --subscribe" \
    "second=$fakeserver $all --version 2025-03-26 --ask roots" \
    "third=$fakeserver $all --version 2025-06-18 --ask elicitation" \
    "fourth=$fakeserver $all --version 2025-11-25 --ask elicitation-url" \
    "now=$fakeserver $all --era modern --ask elicitation --input" \
    "tasks=$work/tasks"
hub_up "$repo" || { e2e_done; exit; }
all_ready() {
    [ "$(mc status --json | jq '[.workspaces[0].servers[] | select(.state == "READY")] | length')" = 6 ]
}
wait_for 'all servers are ready' all_ready
subtest 'the hub' timeout 120 "$node" "$here/spec-hub.mjs" "$spec" "$url/mcp" "$work/state/mcpctl/logs" \
    first=2024-11-05 second=2025-03-26 third=2025-06-18 fourth=2025-11-25 now=2026-07-28 tasks=2025-11-25
e2e_done
