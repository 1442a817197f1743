#!/bin/sh
# Each feature between the official clients of both eras and a server of each revision (tests/matrix). The table that comes of it is
# tests/matrix/RESULTS.md; "make matrix" writes it anew, this test fails when it is not what was found.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"

node=$(echo "$top_srcdir"/tests/node_modules/node-linux-*/bin/node)
[ -x "$node" ] || node=$(command -v node) || skip_all 'no Node.js here (./bootstrap check brings it)'
[ -d "$top_srcdir/tests/node_modules/@modelcontextprotocol" ] || skip_all 'tests/node_modules is not there (./bootstrap check brings it)'
matrix=$top_srcdir/tests/matrix

repo=$(new_repo matrix)
"$node" "$matrix/matrix.mjs" config >"$repo/.mcp.json"
hub_up "$repo" || { e2e_done; exit; }
all_ready() {
    [ "$(mc status --json | jq '[.workspaces[0].servers[] | select(.state == "READY")] | length')" = 5 ]
}
wait_for 'all servers are ready' all_ready
subtest matrix timeout 240 "$node" "$matrix/matrix.mjs" run "$url" "$work/RESULTS.md"
diag "$(cat "$work/RESULTS.md")"
[ -z "${MATRIX_WRITE:-}" ] || cp "$work/RESULTS.md" "$MATRIX_WRITE"
ok 'tests/matrix/RESULTS.md is what was found (make matrix writes it anew)' diff "$matrix/RESULTS.md" "$work/RESULTS.md"
e2e_done
