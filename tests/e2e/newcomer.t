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
like 'the name of a server is one word of the command to type' "$errors" "not trusted yet; allow it with: mcpctl trust 'my notes'"
mc trust >/dev/null
run mc up -d
is 'one of three' "$status" 0
like 'a missing command' "$(mc status)" "'no-such-program' was not found in PATH: install it, or write its full path"
like 'no server at all' "$(mc status)" 'it refused initialize: '

cd / || exit 99
e2e_done
