#!/bin/sh
# The official conformance suite's scenarios of extensions, through the hub: tasks (SEP-2663) and skills (SEP-2640).
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"

node=$(echo "$top_srcdir"/tests/node_modules/node-linux-*/bin/node)
suite=$top_srcdir/tests/node_modules/@modelcontextprotocol/conformance/dist/index.js
{ [ -x "$node" ] && [ -f "$suite" ]; } || skip_all 'tests/node_modules is not there'
fixtures=$(cd "$top_srcdir/tests/conformance" && pwd)

repo=$(new_repo conformance)
servers "$repo" "tasks=$node $fixtures/tasks-2026.mjs" "skills=$node $fixtures/skills.mjs" "plain=$fakeserver --resources"
hub_up "$repo" || { e2e_done; exit; }
all_ready

# scenarios PATTERN: what the suite has of them
scenarios() {
    "$node" "$suite" list --server 2>/dev/null | grep -oE "\\b$1-[a-z-]*" | sort -u
}
# run PATH SCENARIO: a point that says how many checks have passed
run() {
    timeout 60 "$node" "$suite" server --url "$url$1" --scenario "$2" -o "$work/results" >"$work/out" 2>&1
    status=$?
    passed=$(sed -n 's/.*Passed: \([0-9]*\)\/\([0-9]*\), 0 failed, 0 warnings.*/\1 of \2/p' "$work/out")
    if [ "$2" = tasks-status-notifications ]; then
        is "$2: the suite itself skips it; tasks.t has notifications/tasks" "$passed" '0 of 0'
    elif [ "$status" -eq 0 ] && [ -n "$passed" ] && [ "$passed" != '0 of 0' ] && ! grep -q SKIPPED "$work/out"; then
        pass "$1 $2: $passed"
    else
        fail "$1 $2" "$(grep -E 'FAILURE|WARNING|SKIPPED|Error' "$work/out")"
    fi
}
is 'the suite has these' "$(scenarios tasks | xargs)" \
    'tasks-capability-negotiation tasks-dispatch-and-envelope tasks-lifecycle tasks-mrtr-composition tasks-mrtr-input tasks-request-headers tasks-request-state-removal tasks-required-task-error tasks-status-notifications tasks-wire-fields'
for scenario in $(scenarios tasks); do run /s/tasks/mcp "$scenario"; done
is 'and these' "$(scenarios sep-2640 | xargs)" 'sep-2640-skills-directory sep-2640-skills-enumeration sep-2640-skills-manifest'
for path in /s/skills/mcp /mcp; do
    for scenario in $(scenarios sep-2640); do run "$path" "$scenario"; done
done
e2e_done
