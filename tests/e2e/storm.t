#!/bin/sh
# 500 edits of the config, valid and broken, while 50 clients call without a pause: no call fails, no session is lost.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
node=$(find "$top_srcdir"/tests/node_modules/node-linux-*/bin/node 2>/dev/null | head -1)
[ -x "$node" ] || skip_all 'no Node here: npm install in tests/'

repo=$(new_repo storm)
cd "$repo" || exit 99
mkdir -p "$XDG_CONFIG_HOME/mcpctl"
file=$XDG_CONFIG_HOME/mcpctl/config.json
jq -n --arg fake "$fakeserver" '{servers: {one: {command: $fake}, steady: {command: $fake}}}' >"$file"
chmod 700 "$XDG_CONFIG_HOME/mcpctl"
hub_up "$repo" || { e2e_done; exit; }
ready one steady
steady=$(mc status --json | jq '.workspaces[0].servers[] | select(.name == "steady") | .pid')
seed=${MCPCTL_TEST_SEED:-$$}
diag "seed $seed: MCPCTL_TEST_SEED repeats it"
"$node" "$top_srcdir/tests/e2e/storm.mjs" "$url/mcp" "$file" "$fakeserver" 500 50 "$seed" >"$work/tally" 2>"$work/storm.err"
is 'the storm is over' "$? $(cat "$work/storm.err")" '0 '
diag "$(jq -r '"\(.calls) calls"' "$work/tally")"
is 'no call has failed, and no session was lost' "$(jq -r '"\(.failed) \(.lost) \(.first)"' "$work/tally")" '0 0 null'
is 'a server that never changed was never touched' "$(mc status --json | jq '.workspaces[0].servers[] | select(.name == "steady") | "\(.pid) \(.restarts)"')" "\"$steady 0\""
calm() {
    [ "$(mc status --json | jq -c '[.workspaces[0].problems, [.workspaces[0].servers[].name]]')" = '[[],["one","steady"]]' ]
}
wait_for 'the last edit is in force' calm && pass 'the last edit is in force, and nothing is wrong any more'
few() {
    [ "$(leftovers | grep -c fakeserver)" -le 4 ] # with their keepers
}
wait_for 'what was replaced has ended' few && pass 'what was replaced has ended'
e2e_done
