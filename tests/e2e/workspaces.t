#!/bin/sh
# Several repos in one hub: their endpoints, the one behind /mcp, what a changed config and changed trust do to those who are connected.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

in_repo() {
    in_dir=$1
    shift
    (cd "$in_dir" && mc "$@")
}
workspace() {
    mc status --json | jq -r --arg root "$1" ".workspaces[] | select(.root == \$root) | $2"
}
server() {
    workspace "$1" ".servers[] | select(.name == \"$2\") | .$3"
}
tool_names() {
    modern tools/list '' '' "$1"
    get '[.result.tools[].name | select(test("tool1$"))] | join(" ")'
}

api=$(new_repo api)
web=$(new_repo web)
mkdir "$work/repos/elsewhere"
twin=$(new_repo elsewhere/API)
servers "$api" "one=$fakeserver --trace" "two=$fakeserver --list-changed" "shared=$fakeserver --tools 1"
servers "$web" "three=$fakeserver" "shared=$fakeserver --tools 1"
servers "$twin" "four=$fakeserver"
hub_up "$api" || { e2e_done; exit; }
for repo in "$web" "$twin"; do
    in_repo "$repo" trust >/dev/null 2>&1
    ok "up in $(basename "$repo")" in_repo "$repo" up -d
done
is 'one hub serves them' "$(mc status --json | jq '.workspaces | length')" 3
twin_name=$(workspace "$twin" .name)
ok 'names do not collide' test "$twin_name" != api
like 'and stay readable' "$twin_name" 'api-'
all_settled() {
    [ "$(mc status --json | jq '[.workspaces[].servers[] | select(.state != "READY")] | length')" = 0 ]
}
wait_for 'all servers are ready' all_settled

# ---- endpoints
is '/mcp is the first' "$(tool_names "$url/mcp")" 'one__tool1 two__tool1 shared__tool1'
is 'each has its own' "$(tool_names "$url/w/web/mcp")" 'three__tool1 shared__tool1'
is 'the twin too' "$(tool_names "$url/w/$twin_name/mcp")" 'four__tool1'
is 'a server of one' "$(tool_names "$url/w/web/s/three/mcp")" 'tool1'
post '{}' "$url/w/api/s/three/mcp"
is 'not of another' "$http" 404
client steady 2025-06-18
at=$url/w/web/mcp client webby 2025-06-18
in_session webby '{"jsonrpc":"2.0","id":1,"method":"ping"}' "$url/mcp"
is 'a session belongs to its workspace' "$http" 404
ok 'use' mc use web
is '/mcp is another one now' "$(tool_names "$url/mcp")" 'three__tool1 shared__tool1'
in_session webby '{"jsonrpc":"2.0","id":1,"method":"ping"}' "$url/mcp"
is 'and its sessions are at home there' "$http" 200
in_session steady '{"jsonrpc":"2.0","id":1,"method":"ping"}' "$url/w/api/mcp"
is 'those of the former go on at its own endpoint' "$http" 200
out=$(mc use nobody 2>&1)
unlike 'use of what is not there' "$?" 0
like 'use of what is not there names it' "$out" nobody
mc use api

# ---- a changed config
standing steady-get steady
one_pid=$(server "$api" one pid)
servers "$api" "one=$fakeserver --trace" "shared=$fakeserver --tools 1" "late=$fakeserver"
in_repo "$api" trust >/dev/null 2>&1
begin running steady "$(call 5 one__tool1)"
ok 'up again' in_repo "$api" up -d
wait_for 'clients are told' saw steady-get '.method == "notifications/tools/list_changed"'
new_tools() {
    [ "$(tool_names "$url/mcp")" = 'one__tool1 shared__tool1 late__tool1' ]
}
wait_for 'the new config holds' new_tools && pass 'the new config holds'
is 'a server that did not change goes on' "$(server "$api" one pid)" "$one_pid"
in_session steady "$(call 6 late__tool1)"
is 'the session goes on' "$http $(get '.result.content | length')" '200 1'
in_session steady "$(call 7 two__tool1)"
is 'a server that left is gone' "$(get .error.code)" -32602
is 'a broken config is told' "$(
    printf '{"mcpServers": [}' >"$api/.mcp.json"
    in_repo "$api" up -d >/dev/null 2>&1
    echo $?
)" 3
in_session steady "$(call 8 one__tool1)"
like 'and a client gets an answer, whatever it is' "$http" 200
servers "$api" "one=$fakeserver --trace" "shared=$fakeserver --tools 1" "late=$fakeserver"
in_repo "$api" up -d >/dev/null 2>&1
in_session steady "$(call 9 one__tool1)"
is 'mended, it works in the same session' "$http $(get '.result.content | length')" '200 1'

# ---- changed trust
servers "$api" "one=$fakeserver --trace --tools 2" "shared=$fakeserver --tools 1" "late=$fakeserver"
in_repo "$api" up -d --no-trust-prompt >"$work/changed.out" 2>&1
is 'a changed server goes on as it was allowed' "$(server "$api" one 'state + " " + .trust')" 'READY changed'
is 'the others run' "$(server "$api" shared state) $(server "$api" late state)" 'READY READY'
in_session steady "$(call 10 one__tool1)"
is 'its tools are there' "$(get '.result.content | length')" 1
like 'status says how to allow the change' "$(mc status; server "$api" one condition)" 'mcpctl trust one; until then it goes on as it was'
in_repo "$api" trust one >/dev/null 2>&1
in_repo "$api" up -d >/dev/null 2>&1
one_ready() {
    [ "$(server "$api" one state)" = READY ]
}
wait_for 'trusted, it runs' one_ready
in_session steady "$(call 11 one__tool2)"
is 'trusted, it runs' "$http $(get '.result.content | length')" '200 1'

# ---- whose process is it
jq -n --arg it "$fakeserver" '{mcpServers: ({four: {}, same: {prefix: "other"}, common: {isolation: "shared"},
    brisk: {timeout: {call: 1000}}, old: {protocol: "legacy"}} | map_values(. + {command: $it, start: "eager"}))}' >"$twin/.mcp.json"
in_repo "$twin" trust >/dev/null 2>&1
in_repo "$twin" up -d >/dev/null 2>&1
wait_for 'all servers are ready' all_settled
is 'equal servers share a process' "$(server "$twin" same pid)" "$(server "$twin" four pid)"
is 'those that are to be spoken to differently do not' "$(workspace "$twin" '[.servers[].pid] | unique | length')" 4

# ---- down
web_pid=$(server "$web" three pid)
at=$url/w/api/mcp standing api-get steady
ok 'down' in_repo "$api" down
wait_for 'streams of that workspace end' stream_ended api-get
in_session steady '{"jsonrpc":"2.0","id":1,"method":"ping"}' "$url/w/api/mcp"
is 'its endpoint is gone' "$http" 404
is 'another goes on' "$(server "$web" three pid)" "$web_pid"
is 'and is behind /mcp now' "$(tool_names "$url/mcp")" 'three__tool1 shared__tool1'
in_session webby "$(call 1 shared__tool1)" "$url/w/web/mcp"
is 'a server that both had is still there' "$http $(get '.result.content | length')" '200 1'
ok 'up again brings it back' in_repo "$api" up -d
in_session steady '{"jsonrpc":"2.0","id":1,"method":"ping"}' "$url/w/api/mcp"
is 'with new sessions alone' "$http" 404

# ---- while a server starts for the first time: lists wait for it, and can be cancelled
servers "$web" "three=$fakeserver" "never=$fakeserver --silent"
in_repo "$web" trust >/dev/null 2>&1
in_repo "$web" up -d >/dev/null 2>&1 &
upping=$!
web_settles() {
    [ "$(server "$web" never state)" = STARTING ]
}
wait_for 'a server is starting' web_settles
at=$url/w/web/mcp
client patient 2025-06-18
begin early patient '{"jsonrpc":"2.0","id":3,"method":"tools/list"}'
begin twice patient '{"jsonrpc":"2.0","id":3,"method":"tools/list"}'
either() {
    stream_ended early || stream_ended twice
}
wait_for 'one of two requests with one id is refused' either
refused=early waits=twice
stream_ended early || refused=twice waits=early
is 'one of two requests with one id is refused' "$(messages $refused | jq -c '[.id, .error.code]')" '[3,-32600]'
in_session patient '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}' "$at"
wait_for 'a list that waits can be cancelled' stream_ended $waits
is 'a list that waits can be cancelled' "$(stream_status $waits) $(messages $waits | tr -d '\n')" '202 '
in_session patient '{"jsonrpc":"2.0","id":4,"method":"tools/list"}' "$at"
is 'after the grace the list has what is there' "$(get '[.result.tools[].name | select(test("tool1$"))] | join(" ")')" three__tool1
in_session patient "$(call 5 three__tool1)" "$at"
is 'calls do not wait for others' "$(get '.result.content | length')" 1
kill "$upping" 2>/dev/null
at=

# ---- a call that is under way when its server goes
servers "$web" "three=$fakeserver --ask sampling"
in_repo "$web" trust >/dev/null 2>&1
in_repo "$web" up -d >/dev/null 2>&1
at=$url/w/web/mcp
client asker 2025-06-18 '{"sampling":{}}'
begin open asker "$(call 1 three__ask)"
wait_for 'the call asks' saw open '.method == "sampling/createMessage"'
servers "$web" "other=$fakeserver"
in_repo "$web" trust >/dev/null 2>&1
in_repo "$web" up -d >/dev/null 2>&1
question=$(messages open | jq -c 'select(.method == "sampling/createMessage") | .id')
in_session asker '{"jsonrpc":"2.0","id":'"$question"',"result":{"role":"assistant","model":"m","content":{"type":"text","text":"42"}}}'
wait_for 'a call of a server that left ends' stream_ended open
ok 'with its answer: it could finish' saw open '.id == 1 and (.result.content | length) == 1'
begin cut asker "$(call 2 other__tool1)"
wait_for 'the call ends' stream_ended cut
in_repo "$web" down >/dev/null
in_repo "$twin" down >/dev/null
in_repo "$api" down >/dev/null
wait_for 'the last one ends the hub' nothing_left && pass 'the last workspace ends the hub'
at=
done_testing
