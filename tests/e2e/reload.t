#!/bin/sh
# Config that changes while clients work: what changed is replaced, nothing else is touched, nobody sees an error.
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo reload)
cd "$repo" || exit 99
# config TOOLS [ARG...]: server "one" with so many tools; server "two" stays
config() {
    tools=$1
    shift
    jq -n --arg fake "$fakeserver" --arg tools "$tools" '{servers: {one: {command: $fake, args: (["--trace", "--tools", $tools] + $ARGS.positional)}, two: {command: $fake, args: ["--trace"]}}}' --args -- "$@"
}
mkdir .mcpctl
config 2 >.mcpctl/config.json
hub_up "$repo" || { e2e_done; exit; }
ok 'both servers are up' mc wait one two --for ready --timeout 20
pid_of() {
    mc status --json | jq --arg name "$1" '.workspaces[0].servers[] | select(.name == $name) | .pid'
}
# put: atomically, as editors do; trusted before, so that the hub finds it allowed
put() {
    cat >"$work/new.json"
    cp "$work/new.json" .mcpctl/config.json.tmp
    mv .mcpctl/config.json.tmp .mcpctl/config.json
    mc trust >/dev/null 2>&1
}
tools_of_one() {
    mc tools | grep -c '^one__tool'
}
has_tools() {
    [ "$(tools_of_one)" = "$1" ]
}
problem() {
    mc status --json | jq -r '.workspaces[0].problems[]'
}
has_problem() {
    problem | grep -q "$1"
}
no_problem() {
    [ -z "$(problem)" ]
}
gone() {
    ! kill -0 "$1" 2>/dev/null
}

client ada 2025-11-25
standing notices ada
one=$(pid_of one) two=$(pid_of two)

# ---- a changed server is replaced, the other one is not
config 5 | put
wait_for 'the new tools are there' has_tools 5
pass 'a file that is saved is read'
is 'the other server was not touched' "$(pid_of two)" "$two"
unlike 'the changed one has a new process' "$(pid_of one)" "^$one\$"
wait_for 'the old one ends' gone "$one" && pass 'the old process is gone'
wait_for 'the client is told' saw notices '.method == "notifications/tools/list_changed"' && pass 'the client is told of the tools'
is 'of nothing else' "$(how_many notices '(.method // "") | test("resources|prompts")')" 0
in_session ada "$(call 1 one__tool5)"
free=$(pid_of one)
is 'its session goes on' "$(get '.result.content | length > 0')" true

# ---- a running call finishes where it began
gate one
config 5 --gate "$work/one.gate" | put
changed_pid() {
    [ "$(pid_of one)" != "$1" ] && ready one
}
wait_for 'the gated one takes over' changed_pid "$free"
begin held ada "$(call 2 one__pid)"
wait_for 'the call is with the server' traced one '"name":"pid"'
held_by=$(pid_of one)
config 3 | put
wait_for 'the next one takes over' has_tools 3
in_session ada "$(call 3 one__pid)"
new_pid=$(get '.result.content[0].text')
is 'new calls go to the new process' "$new_pid" "$(pid_of one)"
is 'while the old one still has its call' "$(how_many held .id)" 0
go one
wait_for 'it is answered' stream_ended held
is 'by the process that had begun it' "$(messages held | jq -r 'select(.id) | .result.content[0].text')" "$held_by"
wait_for 'then that ends' gone "$held_by" && pass 'which ends then'

# ---- the same content is no change
now=$(pid_of one)
config 3 >"$work/compact"
{ printf '// a comment\n'; cat "$work/compact"; } >.mcpctl/config.json

# ---- mistakes change nothing
printf '{"servers": {' >.mcpctl/config.json
wait_for 'the mistake is told' has_problem 'is not closed' && pass 'a broken file is told with its place'
is 'and changes nothing, as the comment before has not' "$(pid_of one) $(tools_of_one)" "$now 3"
in_session ada "$(call 4 one__tool1)"
is 'calls go on' "$(get '.result.content | length > 0')" true
{ printf '// a comment\n'; cat "$work/compact"; } >.mcpctl/config.json
wait_for 'it clears by itself' no_problem && pass 'the mistake is gone, and so is what was said of it'

# ---- a new process that does not come up
config 3 --exit-at-once 3 | put
wait_for 'it is told' has_problem 'does not come up' && pass 'a server that does not come up is told'
like 'with the reason' "$(problem)" 'exited with status 3'
is 'the old one goes on' "$(pid_of one) $(tools_of_one)" "$now 3"
in_session ada "$(call 5 one__tool1)"
is 'and serves' "$(get '.result.content | length > 0')" true

# ---- a change that nobody has allowed yet
config 4 >.mcpctl/config.json
wait_for 'it is told' has_problem 'mcpctl trust one' && pass 'a change that is not trusted waits'
is 'what was trusted goes on' "$(pid_of one) $(tools_of_one)" "$now 3"
mc trust >/dev/null
wait_for 'it comes into force' has_tools 4 && pass 'trusted, it comes into force'

# ---- servers that come and go, with a second workspace beside
config 4 | jq 'del(.servers.two)' | put
wait_for 'its process ends' gone "$two" && pass 'a server that is taken out ends'
is 'its state is gone, too' "$(server_state "$repo" two)" ''
in_session ada "$(call 6 one__tool1)"
is 'the session has seen no error in all this' "$(get '.result.content | length > 0')" true
e2e_done
