#!/bin/sh
# The tasks-* scenarios of the official conformance suite, through the hub, on a server of 2026-07-28 with the extension.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"

node=$(echo "$top_srcdir"/tests/node_modules/node-linux-*/bin/node)
suite=$top_srcdir/tests/node_modules/@modelcontextprotocol/conformance/dist/index.js
{ [ -x "$node" ] && [ -f "$suite" ]; } || skip_all 'tests/node_modules is not there'

repo=$(new_repo conformance)
servers "$repo" "tasks=$node $(cd "$top_srcdir/tests/conformance" && pwd)/tasks-2026.mjs"
hub_up "$repo" || { e2e_done; exit; }
all_ready
scenarios=$("$node" "$suite" list --server 2>/dev/null | grep -o '\btasks-[a-z-]*' | sort -u)
is 'the suite has these' "$(printf '%s' "$scenarios" | xargs)" 'tasks-capability-negotiation tasks-dispatch-and-envelope tasks-lifecycle tasks-mrtr-composition tasks-mrtr-input tasks-request-headers tasks-request-state-removal tasks-required-task-error tasks-status-notifications tasks-wire-fields'
for scenario in $scenarios; do
    timeout 60 "$node" "$suite" server --url "$url/s/tasks/mcp" --scenario "$scenario" -o "$work/results" >"$work/out" 2>&1
    status=$?
    passed=$(sed -n 's/.*Passed: \([0-9]*\)\/\([0-9]*\), 0 failed, 0 warnings.*/\1 of \2/p' "$work/out")
    if [ "$scenario" = tasks-status-notifications ]; then
        is "$scenario: the suite itself skips it; tasks.t has notifications/tasks" "$passed" '0 of 0'
    elif [ "$status" -eq 0 ] && [ -n "$passed" ] && [ "$passed" != '0 of 0' ]; then
        pass "$scenario: $passed"
    else
        fail "$scenario" "$(grep -E 'FAILURE|WARNING|Error' "$work/out")"
    fi
done
e2e_done
