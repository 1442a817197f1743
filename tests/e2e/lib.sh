# shellcheck shell=sh
# The program as users run it: every test has its own home, runtime directory and port.
#
#     . "$top_srcdir/tests/e2e/lib.sh"
#     repo=$(new_repo NAME)            a directory with a .git in it
#     hub_up "$repo"                   trusts its servers, starts the hub; sets $port and $url
#     post '{"jsonrpc":...}'           sets $http (status), $body (the answer's JSON) and $head
#     e2e_done                         ends the hub, looks for what was left behind, prints the plan

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
. "$top_srcdir/tests/tap.sh"

[ -x "$top_builddir/mcpctl" ] || skip_all 'mcpctl is not built'
command -v curl >/dev/null || skip_all 'no curl here'
command -v jq >/dev/null || skip_all 'no jq here'
[ -x "$top_builddir/tests/helper/await" ] || skip_all 'tests/helper/await is not built: make check'

work=$(mktemp -d)
export HOME="$work/home" XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_RUNTIME_DIR="$work/run"
(umask 077 && mkdir "$HOME" "$XDG_RUNTIME_DIR" "$work/repos")
unset MCPCTL_PORT XDG_DATA_HOME XDG_CONFIG_DIRS

# The tests use it.
# shellcheck disable=SC2034
fakeserver=$top_builddir/tests/helper/fakeserver

mc() {
    "$top_builddir/mcpctl" "$@"
}

e2e_cleanup() {
    mc down --all >/dev/null 2>&1 || true
    leftovers | while read -r pid _; do kill -9 "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap e2e_cleanup EXIT
trap 'exit 130' INT TERM

# Processes that were started with this test's home, besides its own shell: "PID command".
leftovers() {
    environs=$(grep -lsF "HOME=$work/home" /proc/[0-9]*/environ 2>/dev/null)
    for environ in $environs; do
        pid=${environ#/proc/}
        pid=${pid%/environ}
        command=$({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null)
        [ "$pid" = $$ ] || [ -z "$command" ] || printf '%s %s\n' "$pid" "$command"
    done
}

# wait_for WHAT COMMAND...: until the command succeeds; a failed point after 20 s. It is tried again when something has happened: a file below $work
# was written (what streams got, what servers and the hub logged), or a process of this test ended. Files that requests write do not count.
wait_for() {
    waited=$1
    shift
    "$@" >/dev/null 2>&1 && return
    rm -f "$work/.await"
    mkfifo "$work/.await"
    env -i "$top_builddir/tests/helper/await" 20 "$work" "HOME=$work/home" post head body curl.err >"$work/.await" &
    wait_pid=$!
    exec 9<"$work/.await"
    wait_status=1
    while [ "$wait_status" -ne 0 ] && read -r _ <&9; do
        "$@" >/dev/null 2>&1 9<&- && wait_status=0
    done
    exec 9<&-
    wait "$wait_pid"
    if [ "$wait_status" -ne 0 ] && "$@" >/dev/null 2>&1; then
        diag "$waited: it came without an event that tells of it; the test waited in vain"
        return 0
    fi
    [ "$wait_status" -eq 0 ] || fail "$waited (waited for: $*)"
    return "$wait_status"
}

# gate NAME: a place in $work where a server waits until the test lets it go on (fakeserver --gate, or `read -r _ <"$work/NAME.gate"` in a script), so that
# the order of things is the test's and not the clock's.
gate() {
    mkfifo "$work/$1.gate"
}

# go NAME: lets through one that stands at that gate, and first waits until it is there.
go() {
    timeout 20 sh -c 'echo >"$1"' sh "$work/$1.gate" || fail "nobody comes to the gate $1"
}

nothing_left() {
    [ -z "$(leftovers)" ]
}

# new_repo NAME
new_repo() {
    mkdir -p "$work/repos/$1/.git"
    printf '%s\n' "$work/repos/$1"
}

# servers DIR NAME=COMMAND[ ARG...]...: writes .mcp.json; no quoting, words end at blanks
servers() {
    dir=$1
    shift
    for entry; do
        printf '%s\n' "$entry"
    done | jq -Rn '{mcpServers: [inputs | capture("^(?<name>[^=]+)=(?<line>.*)$")
        | {key: .name, value: (.line | split(" ") | {command: .[0], args: .[1:]})}] | from_entries}' >"$dir/.mcp.json"
}

# hub_up DIR [OPTION...]
hub_up() {
    up_dir=$1
    shift
    if ! (cd "$up_dir" && mc trust >"$work/trust.out" 2>&1 && mc up -d --port 0 "$@" >"$work/up.out" 2>&1); then
        diag "$(cat "$work/trust.out" "$work/up.out" 2>/dev/null)"
        fail 'the hub starts'
        return 1
    fi
    hub_address
}

hub_address() {
    port=$(mc status --json | jq -r .hub.port)
    url=http://localhost:$port
    # shellcheck disable=SC2034
    hub_pid=$(mc status --json | jq -r .hub.pid)
}

# server_state WORKSPACE-DIR SERVER: its state as status tells it
server_state() {
    mc status --json | jq -r --arg root "$1" --arg name "$2" '.workspaces[] | select(.root == $root) | .servers[] | select(.name == $name) | .state'
}

# ready SERVER...: waits until they run and are ready, in the current or default workspace
ready() {
    ready_said=$(mc wait --for ready --timeout 20 -- "$@" 2>&1) || fail "ready: $*" "$ready_said"
}

# all_ready: the same of all servers
all_ready() {
    ready_said=$(mc wait --for ready --timeout 20 2>&1) || fail 'all servers are ready' "$ready_said"
}

# request [CURL-OPTION...]: one request; $http, $head and $body are what came back. An event stream's last message is the body.
request() {
    rm -f "$work/head" "$work/body"
    http=$(curl -sS --max-time 30 -D "$work/head" -o "$work/body" -w '%{http_code}' "$@" 2>"$work/curl.err")
    head=$(tr -d '\r' <"$work/head" 2>/dev/null)
    body=$(cat "$work/body" 2>/dev/null)
    case $head in
    *ontent-[tT]ype:\ text/event-stream*) body=$(sed -n 's/^data: *\(.\)/\1/p' "$work/body" | tail -1) ;;
    esac
}

# post BODY [CURL-OPTION...]: to /mcp, unless the options name another URL
post() {
    post_body=$1
    shift
    case " $* " in
    *" http://"*) set -- "$@" ;;
    *) set -- "$@" "$url/mcp" ;;
    esac
    printf '%s' "$post_body" >"$work/post"
    request -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' --data-binary "@$work/post" "$@"
}

modern_version=2026-07-28
modern_meta='"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"curl","version":"1"}}'

# modern METHOD [MEMBERS [NAME]] [CURL-OPTION...]: a request of 2026-07-28; MEMBERS of params without braces, NAME as in Mcp-Name
modern() {
    modern_method=$1 modern_members=${2:-} modern_name=${3:-}
    shift
    [ $# -eq 0 ] || shift
    [ $# -eq 0 ] || shift
    [ -z "$modern_name" ] || set -- -H "Mcp-Name: $modern_name" "$@"
    post '{"jsonrpc":"2.0","id":1,"method":"'"$modern_method"'","params":{'"${modern_members:+$modern_members,}$modern_meta"'}}' \
        -H "MCP-Protocol-Version: $modern_version" -H "Mcp-Method: $modern_method" "$@"
}

# modern_call TOOL [ARGUMENTS] [CURL-OPTION...]
modern_call() {
    call_tool=$1 call_arguments=${2:-"{}"}
    shift
    [ $# -eq 0 ] || shift
    modern tools/call '"name":"'"$call_tool"'","arguments":'"$call_arguments" "$call_tool" "$@"
}

# open_session [VERSION]: initialize by hand; sets $session
open_session() {
    session_version=${1:-2025-06-18}
    post '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"'"$session_version"'","capabilities":{},"clientInfo":{"name":"curl","version":"1"}}}'
    session=$(printf '%s\n' "$head" | sed -n 's/^[Mm]cp-[Ss]ession-[Ii]d: *//p')
    # shellcheck disable=SC2034
    initialize_answer=$body
    legacy '{"jsonrpc":"2.0","method":"notifications/initialized"}'
}

# legacy BODY [CURL-OPTION...]: in that session
legacy() {
    legacy_body=$1
    shift
    post "$legacy_body" -H "Mcp-Session-Id: $session" -H "MCP-Protocol-Version: $session_version" "$@"
}

# get EXPRESSION: of the last answer's JSON
get() {
    printf '%s' "$body" | jq -r "$1" 2>/dev/null
}

# still_serves WHAT: the hub answers a call to the good server after whatever happened before
still_serves() {
    modern_call good__tool1
    is "$1: the hub still serves" "$http $(get '.result.resultType')" '200 complete'
}

# The TAP of another program as points of ours: subtest LABEL COMMAND...
subtest() {
    sub_label=$1
    shift
    "$@" >"$work/sub.out" 2>"$work/sub.err"
    sub_status=$?
    sub_failed=0 sub_planned=
    while IFS= read -r sub_line; do
        case $sub_line in
        'ok '*'# SKIP'*)
            sub_line=${sub_line#ok * - }
            skip "$sub_label: ${sub_line%% # SKIP *}: ${sub_line#*# SKIP }"
            ;;
        'ok '*) pass "$sub_label: ${sub_line#ok * - }" ;;
        'not ok '*)
            sub_failed=1
            fail "$sub_label: ${sub_line#not ok * - }"
            ;;
        '1..'*) sub_planned=yes ;;
        *) printf '# %s\n' "${sub_line#\# }" ;;
        esac
    done <"$work/sub.out"
    if [ -z "$sub_planned" ] || { [ "$sub_status" -ne 0 ] && [ "$sub_failed" -eq 0 ]; }; then
        fail "$sub_label ends as it should" "exit status $sub_status: $(tail -20 "$work/sub.err")"
    fi
}

# The hub's own words, where something failed.
hub_log() {
    find "$XDG_STATE_HOME" -name 'hub*.log' -exec tail -n 150 {} + 2>/dev/null
}

e2e_done() {
    ok 'down --all ends the hub' mc down --all
    [ "$tap_failed" -eq 0 ] || diag "$(hub_log)"
    wait_for 'nothing that the test started is left' nothing_left && pass 'no process is left behind'
    [ -z "$(leftovers)" ] || diag "$(leftovers)"
    done_testing
}
