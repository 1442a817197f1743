#!/bin/sh
# The official conformance suite, in all combinations of eras: each set of requirements at a server of its own era, of the other one, and of both; and the scenarios of an older revision.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"

node=$(echo "$top_srcdir"/tests/node_modules/node-linux-*/bin/node)
[ -x "$node" ] || node=$(command -v node) || skip_all 'no Node.js here (./bootstrap check brings it)'
[ -d "$top_srcdir/tests/node_modules/@modelcontextprotocol" ] || skip_all 'tests/node_modules is not there (./bootstrap check brings it)'
fixtures=$top_srcdir/tests/conformance

repo=$(new_repo conformance)
servers "$repo" "legacy=$node $fixtures/legacy.mjs" "modern=$node $fixtures/modern.mjs" "dual=$node $fixtures/dual.mjs" \
    "private=$node $fixtures/legacy.mjs" "shared=$node $fixtures/legacy.mjs"
jq '.mcpServers.private.isolation = "session" | .mcpServers.shared.isolation = "shared"' "$repo/.mcp.json" >"$work/config" &&
    mv "$work/config" "$repo/.mcp.json"
hub_up "$repo" || { e2e_done; exit; }
all_ready
subtest suite timeout 200 "$node" "$fixtures/run.mjs" "$url" "$fixtures/exceptions.txt"
e2e_done
