#!/bin/sh
# What somebody meets who has never seen the program: typing errors, servers that do not work yet, a place that is full.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
. "$top_srcdir/tests/e2e/lib.sh"
[ -x "$fakeserver" ] || skip_all 'fakeserver is not built'

# run COMMAND...: sets $out, $errors and $status
run() {
    "$@" >"$work/stdout" 2>"$work/stderr" </dev/null
    status=$?
    out=$(cat "$work/stdout")
    errors=$(cat "$work/stderr")
}

# state_is SERVER STATE
state_is() {
    [ "$(server_state "$repo" "$1")" = "$2" ]
}

ms() {
    read -r up _ </proc/uptime
    echo "${up%.*}${up#*.}0"
}

# ---- a server that never answers is waited for once, not by every list ----
repo=$(new_repo one)
cd "$repo" || exit 99
servers "$repo" "good=$fakeserver" "hangs=$fakeserver --silent"
mc trust >/dev/null
run mc up -d --port 0
is 'up beside a server that hangs' "$status" 0
like 'up beside a server that hangs: said' "$errors" '1 of 2 servers still starting'
before=$(ms)
run mc tools
like 'the good server is listed' "$out" good__tool1
took=$(($(ms) - before))
ok "and at once: $took ms" test "$took" -lt 2000
is 'a server that says nothing has no log' "$(ls "$XDG_STATE_HOME/mcpctl/logs")" hub.log
mc down --all >/dev/null

# ---- a token that cannot be used, or made, is no reason not to serve its owner ----
mkdir -p "$XDG_STATE_HOME/mcpctl"
printf 'too short\n' >"$XDG_STATE_HOME/mcpctl/token"
run mc up -d --port 0
is 'up with a token file that holds none' "$status $errors" '0 1 of 2 servers still starting; `mcpctl status` shows them'
run mc token
is 'the token itself is refused' "$status" 3
rm "$XDG_STATE_HOME/mcpctl/token"
run mc token
is 'a new one' "$status ${#out}" '0 64'
mc down --all >/dev/null

# ---- what is wrong with a server is said in words that lead on ----
jq -n --arg fake "$fakeserver" '{mcpServers: {"my notes": {command: $fake}, gone: {command: "no-such-program"}, cat: {command: "cat"}}}' >.mcp.json
mc untrust >/dev/null
run mc up -d --port 0
like 'the name of a server is one word of the command to type' "$errors" "mcpctl trust 'my notes' gone cat"
like 'in the status too' "$(mc status)" "not trusted yet; allow it with: mcpctl trust 'my notes'"
run mc up -d --json
is 'with --json everything on stderr is JSON, notes too' "$(printf '%s' "$errors" | jq -rs '(.[0].note | contains("mcpctl trust")), .[-1].error.code')" 'true
denied'
run mc --bogus up --json
is 'a wrong command line before --json too' "$status $(printf '%s' "$errors" | jq -r .error.code)" '2 usage'
mc trust >/dev/null
run mc untrust caat
is 'a slip in what is taken back: exit 2, not a yes' "$status" 2
like 'and a suggestion' "$errors" "did you mean 'cat'"
run mc up -d
is 'one of three' "$status" 0
like 'a missing command' "$(mc status)" "'no-such-program' was not found in PATH: install it, or write its full path"
like 'no server at all' "$(mc status)" 'it refused initialize: '
run mc restart gone
is 'a server that fails at once: exit 4' "$status" 4
like 'and why' "$errors" "server \"gone\" is failed: command 'no-such-program' was not found"
run mc start gone --json
is 'the same as JSON' "$(printf '%s' "$errors" | jq -r .error.code) $out" 'unreachable '
run mc use nope
like 'a workspace that is not there: where they are listed' "$errors" "\`mcpctl status\` lists them"
run mc logs caat
is 'the log of a server that is not there: exit 2' "$status" 2
like 'and a suggestion' "$errors" "did you mean 'cat'"
mc down --all >/dev/null

printf '{"mcpServers": {"gone": {"command": "no-such-program"}}}\n' >.mcp.json
mc trust >/dev/null
run mc up -d --port 0
like 'nothing could start: what next' "$errors" 'mend that and try again; nothing of it is left running'
mc down --all >/dev/null

# ---- a mistake that was mended is seen by restart ----
jq -n --arg fake "$fakeserver" '{mcpServers: {notes: {command: $fake, args: ["--trace"], envFile: ".env"}, good: {command: $fake}}}' >.mcp.json
printf 'this is no variable\n' >.env
mc trust >/dev/null
run mc up -d --port 0
like 'a wrong envFile' "$(mc status)" '.env:1: expected NAME=value'
run mc restart notes
is 'it stays wrong' "$status" 3
pid=$(mc status --json | jq '.workspaces[0].servers[] | select(.name == "good") | .pid')
printf 'A=b\n' >.env
run mc restart notes
is 'mended' "$status $out" '0 notes: ready'
is 'what was just started is not a failure for being restarted' "$(hub_log | grep -c 'notes: server notes has closed its input')" 0
run env TERM=another "$top_builddir/mcpctl" up -d
is 'up in another terminal: exit 0' "$status" 0
unlike 'what was mended is no error any more' "$(mc status)" 'expected NAME=value'
is 'the other one went on' "$(mc status --json | jq '.workspaces[0].servers[] | select(.name == "good") | .pid')" "$pid"
printf 'A=c\n' >.env
wait_for 'a restart takes the new value' mc restart notes
wait_for 'it runs again' state_is notes READY
is 'the value' "$(tr '\0' '\n' <"/proc/$(mc status --json | jq '.workspaces[0].servers[] | select(.name == "notes") | .pid')/environ" | grep '^A=')" A=c
mc down --all >/dev/null

# ---- the hub by hand ----
mc hub run --port 0 >"$work/hub.out" 2>"$work/hub.err" &
hub=$!
wait_for 'hub run tells its address' grep -q '^http://localhost:[0-9]*/mcp$' "$work/hub.out"
is 'and nothing else' "$(wc -l <"$work/hub.out") $(cat "$work/hub.err")" '1 '
run mc down --all
wait "$hub"
is 'down --all ends it' "$?" 0

cd / || exit 99
e2e_done
