#!/bin/sh
# Config in layers, as users have it: what is asked of it, and what the hub makes of each key.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"

repo=$(new_repo config)
mkdir -p "$repo/.mcpctl" "$repo/.cursor" "$XDG_CONFIG_HOME/mcpctl"
gate slow
cat >"$XDG_CONFIG_HOME/mcpctl/config.json" <<TEXT
// the user's own
{
  "nameMax": 60,
  "servers": {
    "mine": {"command": "$fakeserver", "description": "my own", "owner": "me", "labels": {"tier": "1"}, "lifecycle": "deprecated"},
    "touched": {"command": "$fakeserver", "tools": {"deny": ["pid"]}},
    "gone": {"command": "/nonexistent"}
  }
}
TEXT
cat >"$repo/.mcp.json" <<TEXT
{"mcpServers": {
  "shown": {"command": "$fakeserver", "args": ["--tools", "3"], "disabledTools": ["pid"]},
  "slow": {"command": "$fakeserver", "args": ["--gate", "$work/slow.gate", "--trace"]}
}}
TEXT
cat >"$repo/.mcpctl/config.json" <<'TEXT'
{"servers": {
  "shown": {
    "tools": {"deny": ["env", "tool3", "p*"], "rename": {"tool1": "first"}, "describe": {"tool2": "The \"second\" one"}},
    "timeout": {"start": "30s"}
  },
  "touched": {"timeout": {"call": "20s"}},
  "slow": {"maxConcurrency": 1, "timeout": {"perTool": {"tool2": 1500}}, "restart": "never"},
  "gone": null
}}
TEXT

# ---- what is asked ----

cd "$repo" || exit 99
is 'a value, for a script' "$(mc config get servers.shown.command)" "$fakeserver"
is 'a default' "$(mc config get servers.shown.start)" lazy
mc config get servers.shown.strat >"$work/out" 2>&1
is 'an unknown key is a mistake of usage' $? 2
like 'that is helped with' "$(cat "$work/out")" "did you mean 'start'?"
mc config get servers.shown.cwd.x >"$work/out" 2>&1
is 'below a value there is no key' $? 2
mc config get servers.shown.owner >"$work/out" 2>&1
is 'a key without value and default' $? 1
like 'says so' "$(cat "$work/out")" 'not set in any layer'
is 'null takes away what a lower layer has' "$(mc config show --json | jq -c '.servers | has("gone")')" false
is 'the layers are merged, key by key' "$(mc config show --json | jq -c '.servers.shown | [.args, .tools.deny, .timeout.start]')" '[["--tools","3"],["env","tool3","p*"],"30s"]'
is 'each value has its place' "$(mc config show --origin --json | jq -c '.values[] | select(.key == "servers.shown.timeout.start") | [.layer, .line, .column]')" '["project",4,17]'
like 'for people, too' "$(mc config show --origin)" '.mcpctl/config.json:4:17'
is 'one layer alone' "$(mc config show --layer global --json | jq -c '.sources[0].config.nameMax')" 60
is 'the environment is a layer' "$(MCPCTL_NAME_MAX=40 mc config get nameMax)" 40
is 'with servers, too' "$(MCPCTL_SERVERS='{"shown": {"owner": "env"}}' mc config get servers.shown.owner)" env
is 'the command line is above it' "$(MCPCTL_NAME_MAX=40 mc config get nameMax --set nameMax=50)" 50
like 'explain says who won' "$(mc config explain servers.touched.timeout.call)" '.mcpctl/config.json:6:27'
is 'and what became of the others' "$(MCPCTL_NAME_MAX=40 mc config explain nameMax --json | jq -c '[.layers[] | [.layer, .outcome]]')" '[["global","overridden"],["environment","in force"]]'
like 'a server as a whole' "$(mc config explain touched)" 'not trusted yet'
like 'one of the user alone' "$(mc config explain mine)" 'no need'
is 'path lists the files' "$(mc config path --layer project)" "$repo/.mcpctl/config.json"
ok 'the schema is JSON' sh -c '"$1" config schema | jq -e ".properties.servers.additionalProperties.properties.tools.properties.allow"' sh "$top_builddir/mcpctl"
like 'the commands of a group' "$(mc help config)" 'config explain'

mc config check >"$work/out"
is 'check finds nothing' $? 0
cp .mcp.json "$work/good.json"
# shellcheck disable=SC2016
printf '%s\n' '{"mcpServers": {' '"a": {"command": 1},' '"b": {"comand": "x", "url": 2},' '"c": {"command": "x", "env": {"A": "${NOT_THERE}"}}' '}}' >.mcp.json
mc config check >"$work/out"
is 'check fails with 3' $? 3
# shellcheck disable=SC2016
is 'all problems at once, each with its place' "$(grep '^\.mcp\.json' "$work/out")" '.mcp.json:2:18: error: mcpServers.a.command: expected a string, found a number
.mcp.json:3:7: warning: mcpServers.b.comand: unknown key; did you mean "command"?
.mcp.json:3:29: error: mcpServers.b.url: expected a string, found a number
.mcp.json:4:31: warning: mcpServers.c.env.A: the variable NOT_THERE is not set here; without it the server cannot start (a default: ${NOT_THERE:-…})'
mc config check --json .mcp.json >"$work/out"
is 'one file' $? 3
is 'as JSON' "$(jq -c '[.problems[] | select(.severity == "error") | .line]' "$work/out")" '[2,3]'
cp "$work/good.json" .mcp.json
mc config check "$work/none.json" >"$work/out" 2>&1
is 'a file that is not there' $? 1
# shellcheck disable=SC2016
printf '%s\n' '{"mcpServers": {"s": {"command": "x", "args": ["--token", "hunter2", "--api-key=hunter2"], "env": {"API_TOKEN": "hunter2", "REF": "${secret:x}", "PLAIN": "yes"}},' \
    '"u": {"url": "https://me:hunter2@host/x?token=hunter2&y=1", "headers": {"Authorization": "Bearer hunter2"}}}}' >.cursor/mcp.json
for form in 'show' 'show --origin' 'show --layer clients' 'get servers.s' 'explain s' 'explain servers.u.headers' 'show --json' 'explain u --json'; do
    # shellcheck disable=SC2086
    unlike "config $form shows no secret" "$(mc config $form 2>&1)" hunter2
done
# shellcheck disable=SC2016
like 'but references' "$(mc config get servers.s.env.REF)" '${secret:x}'
is 'and what is none' "$(mc config get servers.s.env.PLAIN)" yes
rm .cursor/mcp.json
cd / || exit 99

# ---- what the hub makes of it ----

(cd "$repo" && mc up -d --port 0 --no-trust-prompt >"$work/up.out" 2>&1)
hub_address
is 'what is the user'"'"'s runs without trust' "$(mc status --json | jq -r '.workspaces[0].servers[] | select(.name == "mine") | .trust')" yes
is 'what the repo has a say in does not' "$(mc status --json | jq -r '.workspaces[0].servers[] | select(.name == "touched") | .state')" BLOCKED
is 'status knows whose it is' "$(mc status --json | jq -c '.workspaces[0].servers[] | select(.name == "mine") | [.description, .owner, .lifecycle, .labels.tier]')" '["my own","me","deprecated","1"]'
(cd "$repo" && mc trust >"$work/out" 2>&1)
like 'trust shows what the repo does to tools' "$(cat "$work/out")" 'tool1 → first'
ready shown slow
modern tools/list
is 'tools are hidden and renamed' "$(printf '%s' "$body" | jq -c '[.result.tools[].name | select(startswith("shown"))]')" '["shown__first","shown__tool2"]'
is 'and described' "$(printf '%s' "$body" | jq -r '.result.tools[] | select(.name == "shown__tool2") | .description')" 'The "second" one'
is 'of a server of the user, too' "$(printf '%s' "$body" | jq -c '[.result.tools[].name | select(. == "touched__pid")]')" '[]'
modern_call shown__first
is 'a renamed tool works' "$(printf '%s' "$body" | jq -r '.result.content[0].type')" text
modern_call shown__tool3
is 'a hidden one is unknown' "$(printf '%s' "$body" | jq -r '.error.code')" -32602
modern tools/list '' '' "$url/s/shown/mcp"
is 'the same at the endpoint of one server' "$(printf '%s' "$body" | jq -c '[.result.tools[].name]')" '["first","tool2"]'
modern_call first '{}' "$url/s/shown/mcp"
is 'where they work, too' "$(printf '%s' "$body" | jq -r '.result.content[0].type')" text

# One at a time: the second call is sent when the first is answered.
calls() { grep -c '"tools/call"' "$XDG_STATE_HOME"/mcpctl/logs/slow-*.log; }
for n in 1 2; do
    (mc call slow__tool1 >"$work/call$n" 2>&1) &
    eval "pid$n=$!"
done
wait_for 'a call is at the server' sh -c 'grep -q "\"tools/call\"" "$1"/mcpctl/logs/slow-*.log' sh "$XDG_STATE_HOME"
wait_for 'the other waits' sh -c '[ "$("$1" status --json | jq ".workspaces[0].servers[] | select(.name == \"slow\") | .queued")" = 1 ]' sh "$top_builddir/mcpctl"
is 'only one of them' "$(calls)" 1
go slow
go slow
# shellcheck disable=SC2154
wait "$pid1" && wait "$pid2"
is 'both were answered' $? 0
mc call slow__tool2 >"$work/out" 2>&1
is 'a tool with a deadline of its own' $? 6
like 'that is told' "$(cat "$work/out")" 'within 1 s'

slow_pid=$(mc status --json | jq -r '.workspaces[0].servers[] | select(.name == "slow") | .pid')
kill -9 "$slow_pid"
wait_for 'restart: never' sh -c '[ "$("$1" status --json | jq -r ".workspaces[0].servers[] | select(.name == \"slow\") | .state")" = FAILED ]' sh "$top_builddir/mcpctl"
is 'no restart was tried' "$(mc status --json | jq -r '.workspaces[0].servers[] | select(.name == "slow") | .restarts')" 0

# The command line reaches the hub; variables reach the server.
(cd "$repo" && FOREIGN_ONE=1 FOREIGN_TWO=2 mc up -d --port "$port" --no-trust-prompt --set 'servers.mine.inheritEnv=["FOREIGN_*"]' --set servers.mine.idleTimeout=300ms --set servers.mine.env.FOREIGN_TWO=null >"$work/up.out" 2>&1)
# the process that has it takes the place of the old one when it is ready
wait_for 'a new process takes over' sh -c '[ "$("$1" call mine__env name=FOREIGN_ONE)" = 1 ]' sh "$top_builddir/mcpctl"
is 'inheritEnv gives what it names' "$(mc call mine__env name=FOREIGN_ONE)" 1
unlike 'env has the last word' "$(mc call mine__env name=FOREIGN_TWO)" 2
mc wait mine --for stopped --timeout 20 >"$work/out" 2>&1
is 'idleTimeout stops it' $? 0
modern_call mine__tool1
is 'and it comes back when it is used' "$(printf '%s' "$body" | jq -r '.result.content[0].type')" text

# A secret reaches the server that names it, and nobody else.
printf 'hunter2' | mc secret set e2e-token --store file >"$work/out" 2>&1
printf '{"servers": {"keyed": {"command": "%s", "env": {"TOKEN": "${secret:e2e-token}"}}}}\n' "$fakeserver" >"$repo/.mcpctl/local.json"
(cd "$repo" && mc trust keyed >"$work/out" 2>&1)
like 'trust shows which secret is used' "$(cat "$work/out")" 'secret:e2e-token'
is 'the server has it' "$(mc call keyed__env name=TOKEN)" hunter2
unlike 'the config does not show it' "$(cd "$repo" && mc config show)" hunter2
like 'the read is logged' "$(cat "$XDG_STATE_HOME/mcpctl/secrets.log")" 'server keyed of'
mc down --all >/dev/null 2>&1

# The port is a key of the user's own config; a repo cannot say it.
free=$("$top_builddir/mcpctl" config get port)
is 'the default port' "$free" 37373
printf '{"port": 0, "servers": {"mine": {"command": "%s"}}}\n' "$fakeserver" >"$XDG_CONFIG_HOME/mcpctl/config.json"
(cd "$repo" && mc up -d --no-trust-prompt >"$work/up.out" 2>&1)
is 'port in the config' "$(mc status --json | jq '.hub.port != 37373')" true
e2e_done
