#!/bin/sh
# The command line against a real hub: what it prints, where, and how it exits.
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

# up in the foreground, but as a job; sets $up. What the last one wrote must not be taken for this one's.
up_here() {
    rm -f "$work/up.out" "$work/up.err"
    "$top_builddir/mcpctl" up --port 0 >"$work/up.out" 2>"$work/up.err" </dev/null &
    up=$!
}

# state_is SERVER STATE
state_is() {
    [ "$(server_state "$repo" "$1")" = "$2" ]
}

no_hub() {
    ! mc status
}

# ---- without a hub ----
repo=$(new_repo one)
cd "$repo" || exit 99
for command in status ps wait tools logs 'call x' 'use x' 'restart x'; do
    # shellcheck disable=SC2086
    run mc $command
    is "$command without a hub: exit 4" "$status" 4
    like "$command without a hub: the next step" "$errors" 'mcpctl up'
    is "$command without a hub: nothing on stdout" "$out" ''
done
run mc --json status
is 'an error as JSON: its code' "$(printf '%s' "$errors" | jq -r .error.code)" unreachable
run mc down
is 'down without a hub is fine' "$status" 0
run mc status --bogus
is 'a wrong option: exit 2' "$status" 2
like 'a wrong option: the usage line' "$errors" 'Usage: mcpctl status'
run mc
is 'no command: exit 2' "$status" 2
is 'no command: nothing on stdout' "$out" ''
run mc version --json
is 'version as JSON' "$(printf '%s' "$out" | jq -r .name)" mcpctl
if [ -w /dev/full ]; then
    mc help >/dev/full 2>"$work/stderr"
    is 'stdout that is full: exit 1' "$?" 1
    like 'stdout that is full: said' "$(cat "$work/stderr")" 'standard output'
fi
run mc token
is 'a token has 64 characters' "${#out}" 64
first=$out
run mc token
is 'the token stays' "$out" "$first"
run mc token --rotate --json
[ "$(printf '%s' "$out" | jq -r .token)" != "$first" ]
is 'until it is rotated' "$?" 0

# ---- trust ----
servers "$repo" "good=$fakeserver --echo --resources" "big=$fakeserver --tools 1 --progress 3 --log 2"
run mc up -d --port 0
is 'up -d without trust: exit 5' "$status" 5
like 'up -d without trust: the command that allows it' "$errors" 'mcpctl trust good big'
like 'up -d without trust: what goes on' "$errors" "they start then, the hub goes on until \`mcpctl down\`"
like 'up -d without trust: blocked' "$errors" 'They stay blocked until you allow them:'
like 'up -d without trust: what would run, also where nothing is asked' "$errors" "runs  $fakeserver --echo --resources"
run mc trust goood
is 'trust of an unknown server: exit 2' "$status" 2
like 'trust of an unknown server: a suggestion' "$errors" "did you mean 'good'"
run mc trust good
is 'trust of one' "$status" 0
like 'trust shows the command line' "$out" "runs  $fakeserver --echo --resources"
wait_for 'a running hub learns of it' state_is good READY
is 'the other one is still blocked' "$(server_state "$repo" big)" BLOCKED
run mc up -d
is 'one of two may run: exit 0' "$status" 0
like 'one of two may run: the other is named' "$errors" 'mcpctl trust big'
like 'up -d prints the endpoint' "$out" 'http://localhost:'
run mc trust --json
is 'trust --json names them' "$(printf '%s' "$out" | jq -c .trusted)" '["good","big"]'
run mc up -d --json
is 'up -d --json: the servers' "$(printf '%s' "$out" | jq -c '[.servers[].name]')" '["good","big"]'
is 'up -d waits for a new server' "$(printf '%s' "$out" | jq -r '.servers[] | select(.name == "big") | .state')" READY
run mc up -d --port 1
is 'another port than that of the hub: exit 8' "$status" 8
like 'another port than that of the hub: said' "$errors" 'on port'

# ---- looking ----
run mc status
like 'status: the hub' "$out" 'hub '
like 'status: the workspace' "$out" "one (default)  $repo"
like 'status: a server' "$out" 'good    ready'
unlike 'status in a pipe has no colour' "$out" "$(printf '\033')"
run mc ps --json
is 'ps --json' "$(printf '%s' "$out" | jq -c '[.[].server]')" '["good","big"]'
run mc ps
like 'ps' "$out" 'SERVER'
run mc tools
is 'tools, one per line' "$(printf '%s\n' "$out" | grep -c '^good__\|^big__')" "$(printf '%s\n' "$out" | wc -l)"
run mc tools 'b*1'
is 'tools by a glob' "$out" 'big__tool1'
run mc tools echo
is 'tools by a part' "$out" 'good__echo'
run mc tools nothing
is 'tools that do not exist: exit 1' "$status" 1
run mc tools -l echo
like 'tools -l: a description' "$out" 'good__echo  '
run mc tools --json
is 'tools --json has the schemas' "$(printf '%s' "$out" | jq -r '[.tools[].inputSchema.type] | unique[]')" object
run mc __complete tools
like 'completion of tools' "$out" 'good__echo'
run mc __complete workspaces
is 'completion of workspaces' "$out" one

# ---- calling ----
run mc call good__echo word=5 'n:=1.0000000000000000001' 'o:={"b":1,"a":[2]}'
is 'call: exit 0' "$status" 0
like 'call: values keep their bytes' "$out" '"n":1.0000000000000000001'
like 'call: text where the schema is silent' "$out" '"word":"5"'
run mc call good__echo --args '{"x":1}' x:=2 --json
is 'call --json: the whole result' "$(printf '%s' "$out" | jq -c .structuredContent)" '{"x":2}'
printf '{"from": "stdin"}' | mc call good__echo --args - >"$work/stdout" 2>&1
like 'call --args -' "$(cat "$work/stdout")" 'stdin'
printf '{"from": "file"}' >"$work/args.json"
run mc call good__echo --args "@$work/args.json"
like 'call --args @FILE' "$out" 'file'
run mc call good__echo --args '[1]'
is 'arguments that are no object: exit 2' "$status" 2
run mc call good__echo 'x:=nope'
is 'JSON that is none: exit 2' "$status" 2
run mc call good__ehco
is 'an unknown tool: exit 2' "$status" 2
like 'an unknown tool: a suggestion' "$errors" "did you mean 'good__echo'"
run mc call echo
like 'a tool without its prefix: a suggestion' "$errors" "did you mean 'good__echo'"
run mc call nothing_like_it --json
is 'an unknown tool as JSON' "$(printf '%s' "$errors" | jq -r .error.code)" usage
run mc call big__tool1
is 'an answer that is a stream, with progress: exit 0' "$status" 0
unlike 'progress is shown on terminals only' "$errors" '/3'
mkdir -p "$repo/below" && cd "$repo/below" || exit 99
run mc call good__echo
is 'from a directory below' "$status" 0
cd "$work" || exit 99
run mc call good__echo
is 'from elsewhere: the default workspace' "$status" 0
cd "$repo" || exit 99

# ---- servers ----
run mc restart gud
is 'an unknown server: exit 2' "$status" 2
like 'an unknown server: a suggestion' "$errors" "did you mean 'good'"
run mc stop good
is 'stop' "$status $out" '0 good: asleep'
run mc wait good --for stopped
is 'wait until it has stopped' "$status $out" '0 good: asleep'
is 'it has' "$(server_state "$repo" good)" STOPPED
run mc wait good
is 'asleep is up' "$status $out" '0 good: asleep'
run mc wait good --for ready --timeout 1
is 'wait for what does not come: exit 6' "$status" 6
like 'and why' "$errors" 'server "good" is asleep after 1 s'
like 'a stopped server still shows its tools' "$(mc tools)" 'good__echo'
run mc start good
is 'start' "$status $out" '0 good: ready'
is 'it is ready when start returns' "$(server_state "$repo" good)" READY
run mc restart good
is 'restart' "$status $out $(server_state "$repo" good)" '0 good: ready READY'
mkdir "$work/elsewhere"
cd "$work/elsewhere" || exit 99
run mc stop good
is 'from elsewhere: the only workspace' "$status $out" '0 good: asleep'
like 'and which one that is' "$errors" "this directory is not up; taking the only workspace, one ($repo)"
run mc start good -w one
is 'or the one that is named' "$status $out$errors" '0 good: ready'
run mc start good --workspace eno
is 'or is not there: exit 1' "$status" 1
cd "$repo" || exit 99
run mc wait --for ready good big
is 'wait until two are ready' "$status $out" '0 good: ready
big: ready'
run mc wait --json
is 'wait for all, as JSON' "$status $(printf '%s' "$out" | jq -c '[.[].name] - ["good","big"] | length')" '0 0'
run mc wait nobody
is 'wait for a server that is not there: exit 2' "$status" 2
run mc wait --for doomsday
is 'wait for a state that is not there: exit 2' "$status" 2
run mc restart good big --json
is 'restart of two, as JSON' "$(printf '%s' "$out" | jq -c '[.[].name]')" '["good","big"]'

# ---- a second workspace, and the end ----
two=$(new_repo two)
servers "$two" "noisy=$fakeserver --stderr hello-from-stderr"
cd "$two" || exit 99
run mc trust
run mc up -d
is 'a second workspace' "$status" 0
like 'its own endpoint' "$out" '/w/two/mcp'
cd "$work/elsewhere" || exit 99
run mc stop good
is 'from elsewhere, with two workspaces: exit 2' "$status" 2
like 'and the next step' "$errors" 'the hub serves 2 workspaces: say which one is meant with --workspace NAME'
is 'and nothing is stopped' "$(server_state "$repo" good)" READY
cd "$two" || exit 99
run mc use nope
is 'use of an unknown workspace: exit 1' "$status" 1
run mc use two
is 'use' "$(mc status --json | jq -r '.workspaces[] | select(.default) | .name')" two
run mc logs
like 'logs' "$out" 'noisy | hello-from-stderr'
run mc logs --json -n 1
is 'logs --json' "$(printf '%s' "$out" | jq -r .line)" hello-from-stderr
# Two servers that take turns at writing to standard error.
printf '#!/bin/sh\nwhile IFS= read -r line; do\n    case $line in *tools/call*) printf "%%s\\n" "$line" | jq -r .params.arguments.say >&2 ;; esac\n    printf "%%s\\n" "$line"\ndone | "$@"\n' >"$work/says"
chmod +x "$work/says"
servers "$two" "left=$work/says $fakeserver --tools 1" "right=$work/says $fakeserver --tools 2"
mc trust >/dev/null
mc up -d >/dev/null
for word in 1 2 3 4 5 6; do
    side=left
    [ $((word % 2)) = 0 ] || side=right
    mc call ${side}__tool1 "say:=\"word-$word\"" >/dev/null
    said() {
        mc logs | grep -q "word-$word\$"
    }
    wait_for "word $word is kept" said
done
run mc logs
is 'lines of several servers stand in the order in which they were written' "$(printf '%s\n' "$out" | sed -n 's/^\([a-z]*\) *| word-/\1 /p' | tr '\n' ' ')" 'right 1 left 2 right 3 left 4 right 5 left 6 '
run mc logs --json
is 'with the time of each' "$(printf '%s\n' "$out" | jq -s '[.[] | select(.line | startswith("word-"))] | length == 6 and ([.[].time] | . == sort and (unique | length) > 1)')" true
run mc logs -n 1
is 'the last of each server' "$(printf '%s\n' "$out" | grep -c word-)" 2
hub=$(mc status --json | jq -r .hub.pid)
run mc down
is 'down of one' "$status $out" '0 Stopped two'
ok 'the hub lives on' kill -0 "$hub"
run mc down
is 'down of what is not up: exit 1' "$status" 1
cd "$repo" || exit 99
run mc down
is 'down of the last' "$status" 0
is 'the hub has ended when down returns' "$(cat "/proc/$hub/cmdline" 2>/dev/null)" ''
run mc untrust
is 'untrust without a hub' "$status" 0

# ---- what cannot start ----
servers "$repo" "gone=$work/nonexistent" "exits=$fakeserver --stderr last-words --exit-at-once 3"
mc trust >/dev/null
run mc up -d --port 0
is 'nothing could start: exit 4' "$status" 4
like 'nothing could start: why' "$errors" 'gone: failed'
like 'nothing could start: the last lines' "$errors" '| last-words'
is 'nothing could start: no endpoint on stdout' "$out" ''
like 'nothing could start: what is left' "$errors" 'nothing of it is left running'
run mc status
is 'nothing could start: the hub has ended' "$status" 4
printf '#!/bin/sh\nsleep 0.02\necho good-bye >&2\nexit 3\n' >"$work/dies"
chmod +x "$work/dies"
servers "$repo" "good=$fakeserver" "dies=$work/dies" "exits=$fakeserver --stderr last-words --exit-at-once 3"
mc trust >/dev/null
mc up -d --port 0 >/dev/null 2>&1
for verb in start restart; do
    run mc $verb good dies
    is "$verb of one that dies a moment later: exit 4" "$status" 4
    like "$verb of one that dies a moment later: why" "$errors" 'server "dies" is failed: it exited with status 3'
    like "$verb of one that dies a moment later: its last line" "$errors" '  | good-bye'
done
run mc restart dies --json
is 'the same as JSON' "$status $(printf '%s' "$errors" | jq -r .error.code)" '4 unreachable'
run mc wait exits
is 'wait for what has failed: exit 4 at once' "$status" 4
like 'and why' "$errors" 'server "exits" is failed: it exited with status 3'
run mc wait exits dies --for failed
is 'wait until they have failed' "$status" 0
servers "$repo" "gone=$work/nonexistent"
mc trust >/dev/null
run mc up -d
is 'nothing could start any more: exit 4' "$status" 4
like 'nothing could start any more: what stays' "$errors" "mend that and type \`mcpctl up -d\` again, or \`mcpctl down\`"
is 'it stays' "$(server_state "$repo" gone)" FAILED
mc down >/dev/null 2>&1
servers "$repo" "gone=$work/nonexistent" "exits=$fakeserver --stderr last-words --exit-at-once 3"
run mc up --port 0
is 'in the foreground too: exit 4' "$status" 4
like 'in the foreground too: why' "$errors" 'exits: failed'
run mc status
is 'in the foreground, nothing is left running' "$status" 4
printf '{"mcpServers": {"a": {"command": 1}, "b": {}}, }\n' >.mcp.json
run mc up -d --port 0
is 'a config without anything usable: exit 3' "$status" 3
like 'all its errors: the first' "$errors" '.mcp.json:1:'
is 'all its errors' "$(printf '%s\n' "$errors" | grep -c ': error: ')" 2
printf '{"mcpServers": {"far": {"url": "https://example.com/mcp"}}}\n' >.mcp.json
run mc up -d --port 0
is 'only remote servers: exit 4' "$status" 4
like 'only remote servers: said' "$errors" 'later release'
mc down >/dev/null 2>&1
run env MCPCTL_PORT=nope "$top_builddir/mcpctl" up -d
is 'a bad MCPCTL_PORT: exit 3' "$status" 3

# ---- in the foreground ----
servers "$repo" "good=$fakeserver"
mc trust >/dev/null
up_here
wait_for 'up in the foreground tells of each server' grep -q '^good: ' "$work/up.out"
like 'its first line is the endpoint' "$(head -1 "$work/up.out")" '/mcp serves one'
kill -TERM "$up" # SIGINT does the same, but a shell's background jobs ignore that one
wait "$up"
is 'a signal: exit 0' "$?" 0
like 'a signal: said' "$(cat "$work/up.err")" 'Stopped one'
run mc status
is 'a signal: the hub has ended when up returns' "$status" 4
up_here
wait_for 'again' grep -q '^good: ' "$work/up.out"
run mc down
wait "$up"
is 'down elsewhere: up ends well' "$?" 0
like 'down elsewhere: said' "$(cat "$work/up.err")" 'stopped by another command'
for signal in HUP KILL; do
    up_here
    wait_for "up before SIG$signal" grep -q '^good: ' "$work/up.out"
    kill -"$signal" "$up"
    wait "$up" 2>/dev/null
    wait_for "SIG$signal takes the workspace away" no_hub
done
up_here
wait_for 'up before its hub dies' grep -q '^good: ' "$work/up.out"
kill -9 "$(mc status --json | jq -r .hub.pid)"
wait "$up"
is 'the hub dies: exit 4' "$?" 4
like 'the hub dies: said' "$(cat "$work/up.err")" 'the hub has ended'

# ---- the hub by itself, and what is taken away from it ----
"$top_builddir/mcpctl" hub run --port 0 >"$work/hub.out" 2>"$work/hub.err" &
hub=$!
wait_for 'a hub in the foreground' test -s "$work/hub.out"
run mc hub run --port 0
is 'a second hub: exit 8' "$status" 8
like 'a second hub: said' "$errors" 'a hub is already running'
run mc hub run --port 0 --json
is 'a second hub, as JSON' "$status $(printf '%s' "$errors" | jq -r .error.code)$out" '8 conflict'
rm -r "$XDG_RUNTIME_DIR/mcpctl"
hub_is_back() {
    [ "$(mc status --json | jq -r .hub.pid)" = "$hub" ]
}
wait_for 'a hub whose runtime directory was removed makes it anew' hub_is_back && pass 'a hub whose runtime directory was removed makes it anew'
is 'for nobody else' "$(stat -c %a "$XDG_RUNTIME_DIR/mcpctl" "$XDG_RUNTIME_DIR/mcpctl/hub.sock" | tr '\n' ' ')" '700 600 '
like 'and says so' "$(cat "$work/hub.err")" 'was removed while the hub ran; it is there again'
run mc hub run --port 0
is 'with its lock' "$status" 8
rm "$XDG_RUNTIME_DIR/mcpctl/hub.sock"
wait_for 'the socket alone comes back, too' hub_is_back && pass 'the socket alone comes back, too'
mc down --all
wait "$hub"
is 'and it ends as it should' "$? $(find "$XDG_RUNTIME_DIR/mcpctl" -name hub.sock)" '0 '
mkdir "$work/deleted"
cd "$work/deleted" || exit 99
rmdir "$work/deleted"
run mc up -d --port 0
like 'a working directory that was deleted' "$status $errors" '1 mcpctl: the current directory was deleted; change to one that exists'
cd "$repo" || exit 99

# ---- two at once ----
mc up -d --port 0 >"$work/a.out" 2>&1 &
a=$!
mc up -d --port 0 >"$work/b.out" 2>&1 &
b=$!
wait "$a"
is 'two at once: the first' "$?" 0
wait "$b"
is 'two at once: the second' "$?" 0
is 'two at once: one hub' "$(cat "$work/a.out")" "$(cat "$work/b.out")"
used=$(mc status --json | jq -r .hub.port)
(umask 077 && mkdir "$work/run2")
run env XDG_RUNTIME_DIR="$work/run2" "$top_builddir/mcpctl" up -d --port "$used"
is 'a port in use: exit 8' "$status" 8
like 'a port in use: by whom, and what to do' "$errors" "port $used is in use by mcpctl (pid "
like 'a port in use: the way out' "$errors" '--port 0'
is 'a port in use: said once' "$(printf '%s\n' "$errors" | grep -c 'in use')" 1
run mc down --all
is 'down --all' "$status" 0

# ---- on a terminal ----
# tty ANSWERS COMMAND: its output, with what was typed beforehand
tty() {
    printf '%s' "$1" | script -qec "$2" /dev/null 2>&1 | tr -d '\r'
}
if ! command -v script >/dev/null; then
    skip 'no script(1) here, so no terminal'
else
    servers "$repo" "good=$fakeserver" "big=$fakeserver --tools 1"
    mc untrust >/dev/null
    shown=$(tty 'n
' "$top_builddir/mcpctl up -d --port 0")
    like 'the question shows the command line' "$shown" "runs  $fakeserver --tools 1"
    like 'the question shows the place' "$shown" '(.mcp.json:'
    like 'a no leaves them blocked' "$shown" 'mcpctl trust good big'
    shown=$(tty 'some
y
n
' "$top_builddir/mcpctl up -d --port 0")
    like 'some: the first' "$(mc tools)" 'good__tool1'
    is 'some: the second' "$(server_state "$repo" big)" BLOCKED
    shown=$(tty '' "$top_builddir/mcpctl up -d --port 0 --no-trust-prompt")
    unlike '--no-trust-prompt never asks' "$shown" 'Run this server'
    like 'status has colour on a terminal' "$(tty '' "$top_builddir/mcpctl status")" "$(printf '\033')[[]35mblocked"
    unlike 'but not with NO_COLOR' "$(NO_COLOR=1 tty '' "$top_builddir/mcpctl status")" "$(printf '\033')"
    servers "$repo" "good=$fakeserver --tools 2" "big=$fakeserver --tools 1"
    shown=$(tty 'y
' "$top_builddir/mcpctl up -d")
    like 'a changed entry is marked' "$shown" 'CHANGED since you trusted it'
    is 'a yes for all' "$(server_state "$repo" big)" READY
    shown=$(tty '' "$top_builddir/mcpctl call big__tool1")
    unlike 'a text that is shown has no escapes' "$shown" "$(printf '\033')"
fi
cd / || exit 99
e2e_done
