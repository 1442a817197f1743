#!/bin/sh
# Ten thousand random messages of every kind, through the hub and directly to the server: where the protocol lets nothing change, nothing changes.
# SEED=N repeats a run, FIRST=N COUNT=1 one exchange of it.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"

seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
mirror=$top_builddir/tests/diff/mirror
repo=$(new_repo same)
servers "$repo" "old=$mirror legacy $seed $work/old.record" "new=$mirror modern $seed $work/new.record"
hub_up "$repo" || { e2e_done; exit; }
both_ready() {
    [ "$(mc status --json | jq '[.workspaces[0].servers[] | select(.state == "READY")] | length')" = 2 ]
}
wait_for 'both are ready' both_ready
diag "SEED=$seed"
subtest 'same bytes' "$top_builddir/tests/diff/differ" "$port" "$seed" "${FIRST:-0}" "${COUNT:-10000}" "$mirror" "$work"
e2e_done
