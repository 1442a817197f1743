#!/bin/sh
# The machine has nothing left: descriptors, then disk. The hub says so, and goes on when there is room again.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
export top_builddir # for the shells in other mount namespaces
command -v bash >/dev/null || skip_all 'no bash here'

# ---- EMFILE: a hub with 64 descriptors, and a client that opens 100 connections
repo=$(new_repo few)
servers "$repo" "good=$fakeserver"
# shellcheck disable=SC2016
if (cd "$repo" && mc trust >/dev/null 2>&1 && bash -c 'ulimit -n 64 && exec "$0" up -d --port 0' "$top_builddir/mcpctl" >"$work/up.out" 2>&1); then
    hub_address
    still_serves 'few descriptors'
    mkfifo "$work/hold"
    PORT=$port bash -c '
        for i in {1..100}; do exec {fd}<>"/dev/tcp/127.0.0.1/$PORT" || break; done 2>/dev/null
        echo open
        read -r _
    ' <"$work/hold" >"$work/opened" &
    holder=$!
    exec 8>"$work/hold"
    wait_for '100 connections are open' test -s "$work/opened"
    ok 'out of descriptors: the hub is alive' kill -0 "$hub_pid"
    exec 8>&-
    wait "$holder"
    again() {
        modern_call good__tool1
        [ "$http" = 200 ]
    }
    wait_for 'out of descriptors: served again when they are free' again
    still_serves 'after it had none'
    is 'the hub is the one it was' "$(mc status --json | jq -r .hub.pid)" "$hub_pid"
    mc down --all >/dev/null 2>&1
else
    fail 'a hub with 64 descriptors starts' "$(cat "$work/up.out")"
fi

# ---- a full disk: the state directory is a file system of 256 KiB, and a server floods stderr
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
    servers "$repo" "good=$fakeserver" "noisy=$fakeserver --flood-stderr"
    (umask 077 && mkdir "$XDG_RUNTIME_DIR/other")
    mkdir -p "$XDG_STATE_HOME"
    # A mount namespace of the hub's own: nothing of it is seen outside, or outlives it.
    # shellcheck disable=SC2016
    if (cd "$repo" && unshare -m sh -c '
        mount -t tmpfs -o size=256k none "$XDG_STATE_HOME" || exit 77
        "$top_builddir/mcpctl" trust >/dev/null 2>&1
        "$top_builddir/mcpctl" up -d --port 0
    ' >"$work/up.out" 2>&1); then
        hub_address
        modern_call noisy__tool1
        is 'a full disk: the noisy server answers' "$http $(get .result.resultType)" '200 complete'
        still_serves 'a full disk'
        is 'the hub is the one it was' "$(mc status --json | jq -r .hub.pid)" "$hub_pid"
    else
        case $? in
        77) skip 'no file system can be mounted here' ;;
        *) fail 'a hub on a small disk starts' "$(cat "$work/up.out")" ;;
        esac
    fi
    # shellcheck disable=SC2016
    (cd "$repo" && unshare -m sh -c '
        mount -t tmpfs -o size=64k none "$XDG_STATE_HOME" || exit 77
        umask 077
        mkdir -p "$XDG_STATE_HOME/mcpctl/logs"
        cat /dev/zero >"$XDG_STATE_HOME/mcpctl/full" 2>/dev/null
        XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR/other "$top_builddir/mcpctl" up -d --no-trust-prompt --port "$1"
    ' - "$port" >"$work/up.out" 2>&1)
    status=$?
    if [ "$status" = 77 ]; then
        skip 'no file system can be mounted here'
    else
        is 'a hub that cannot start where the disk is full: exit 8' "$status" 8
        like 'and the reason reaches the user' "$(cat "$work/up.out")" "the hub could not start: port $port is in use"
    fi
else
    skip 'a full disk needs root and mount namespaces'
fi
e2e_done
