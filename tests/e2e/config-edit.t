#!/bin/sh
# Config files that mcpctl changes: servers added, switched and removed, keys set and taken out; everything else in the files stays.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"

repo=$(new_repo edit)
cd "$repo" || exit 99
status() {
    "$@" >"$work/out" 2>"$work/err"
    got=$?
}
said() {
    printf '%s %s' "$got" "$(cat "$work/out" "$work/err")"
}
file=.mcpctl/config.json

# ---- init, add
status mc init
is 'init makes a config' "$(said)" "0 An empty config is in $file"
is 'which has no mistakes' "$(mc config check >/dev/null 2>&1; echo $?)" 0
is 'and hides the personal file from git' "$(cat .mcpctl/.gitignore)" local.json
status mc init
is 'twice is a conflict' "$got" 8
status mc add good -- "$fakeserver" --name good
is 'a server is added' "$(said)" "0 good added in $file"
like 'comments stay' "$(cat "$file")" '// MCP servers of this project'
is 'it needs no more trust: whoever typed it has seen it' "$(mc config explain good | grep -c 'Trust: allowed')" 1
status mc add good -- other
is 'a second one of the name is a conflict' "$got" 8
status mc add api https://example.com/mcp -H 'Authorization: Bearer x' -H 'X-A: b'
is 'a remote one' "$got $(mc config get servers.api --json | jq -c .headers)" '0 {"Authorization":"********","X-A":"b"}'
status mc add bad -e A=1 https://example.com/mcp
is 'a variable for a URL' "$got" 2
status mc add bad -e A -- x
is 'a variable without a value' "$got $(cat "$work/err")" '2 mcpctl: --env A: expected NAME=VALUE'

# ---- set, unset, add
cp "$file" "$work/before"
status mc config set servers.good.timeout.call 90s
is 'a key is set' "$(said)" "0 servers.good.timeout.call set in $file"
is 'to what was said' "$(mc config get servers.good.timeout.call)" 90s
status mc config set servers.good.timeout.call 90s
is 'twice changes nothing' "$(said)" "0 Nothing to change in $file"
status mc config unset servers.good.timeout.call
ok 'taken out again, the file is what it was' cmp "$file" "$work/before"
status mc config set servers.good.timeout.call soon
like 'a value that the config would not take' "$(said)" '2 mcpctl: servers.good.timeout.call: expected a time above 0'
status mc config set servers.good.timout.call 1s
like 'a key that nobody knows' "$(said)" "servers.good.timout is no key that mcpctl knows; did you mean 'timeout'?"
mc config unset servers.good.timout.call >/dev/null
status mc config add servers.good.args -- --trace
is 'one more argument' "$got $(mc config get servers.good.args --json | tr -d ' \n')" '0 ["--name","good","--trace"]'
status mc config set --global --local nameMax 30
is 'two layers at once' "$got" 2
status mc config set --global nameMax 30
is 'in another layer' "$(said)" "0 nameMax set in $XDG_CONFIG_HOME/mcpctl/config.json"
is 'of a file that only its owner reads' "$(stat -c %a "$XDG_CONFIG_HOME/mcpctl/config.json")" 600
status mc config set 'servers["a.b"].command' x
is 'a name with a dot' "$got $(mc config get 'servers["a.b"].command')" '0 x'
mc remove a.b >/dev/null
printf '{\n  "servers": {\n}' >broken.json
cp "$file" "$work/kept" && cp broken.json "$file"
status mc config set nameMax 40
is 'a file with a mistake is left alone' "$(said)" "3 mcpctl: $repo/$file:3:2: the file ends here, but the '{' of line 1 is not closed"
ok 'as it was' cmp "$file" broken.json
cp "$work/kept" "$file"
status mc config set nameMax 40 --json
is 'as JSON' "$got $(jq -c '[.layer, .changed, .hubReloaded]' "$work/out")" '0 ["project",true,false]'

# ---- with the hub running
hub_up "$repo" || { e2e_done; exit; }
status mc add second -- "$fakeserver" --name second
is 'the hub takes a new server' "$(said)" "0 second added in $file; the running hub has taken it"
ok 'it comes up' mc wait second --for ready --timeout 20
status mc disable second
is 'switched off' "$(said)" '0 second disabled in .mcpctl/local.json; the running hub has taken it'
is 'it is off' "$(server_state "$repo" second)" DISABLED
status mc enable second
is 'switched on' "$(said)" '0 second enabled in .mcpctl/local.json; the running hub has taken it'
is 'what was said is taken back' "$(tr -d ' \n' <.mcpctl/local.json)" '{"servers":{}}'
ok 'it can be started again' mc start second
status mc remove second
is 'removed' "$(said)" "0 second removed in $file; the running hub has taken it"
is 'it is gone' "$(server_state "$repo" second)" ''

# ---- what is not ours
printf '{"mcpServers": {"theirs": {"command": "x"}}}' >.mcp.json
status mc remove theirs
like 'another program'"'"'s file is left alone' "$(said)" "it stands at $repo/.mcp.json:1:17"
status mc disable theirs
is 'but its server can be switched off' "$got $(cat .mcp.json)" '0 {"mcpServers": {"theirs": {"command": "x"}}}'
status mc enable zzz
is 'one that is not there' "$got $(cat "$work/err")" "2 mcpctl: this repo has no server 'zzz'"

# ---- edit
cat >"$work/editor" <<'TEXT'
#!/bin/sh
printf '{"nameMax": %s}\n' "$1" >"$2"
TEXT
chmod +x "$work/editor"
EDITOR="$work/editor 32" status mc config edit --local
is 'an editor with an argument' "$got $(mc config get nameMax)" '0 32'
EDITOR="$work/editor 3" status mc config edit --local
like 'what it leaves is checked' "$got $(cat "$work/err")" '3 .mcpctl/local.json:1:13: error: nameMax: expected a whole number'
EDITOR=false status mc config edit --local
is 'an editor that fails' "$got" 1

e2e_done
