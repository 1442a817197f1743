#!/bin/sh
# Two users of one machine: the hub's own is let in without any set-up, another one only with the token.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

[ "$(id -u)" -eq 0 ] || skip_all 'only root can become a second user'
command -v setpriv >/dev/null || skip_all 'no setpriv here'
other=$(id -u nobody 2>/dev/null) || skip_all 'no user nobody here'
as_other() {
    setpriv --reuid "$other" --regid "$(id -g nobody)" --clear-groups "$@"
}
as_other true 2>/dev/null || skip_all 'setpriv may not change the user here'

repo=$(new_repo shared)
servers "$repo" "good=$fakeserver"
hub_up "$repo" || { e2e_done; exit; }
list_body='{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'$modern_meta'}}'

# ask [CURL-OPTION...]: as the other user; prints the status, leaves the answer in $work/other
ask() {
    as_other curl -sS --max-time 10 -w '%{http_code}' -o - -H 'Content-Type: application/json' -H 'MCP-Protocol-Version: 2026-07-28' \
        -H 'Mcp-Method: tools/list' --data "$list_body" "$@" >"$work/other" 2>&1
    tail -c 3 "$work/other"
}

still_serves 'the own user'
for address in 127.0.0.1 '[::1]'; do
    if ! curl -sS -o /dev/null --max-time 5 "http://$address:$port/" 2>/dev/null; then
        skip "nothing listens on $address here"
        continue
    fi
    is "$address: another user is refused" "$(ask "http://$address:$port/mcp")" 401
    like "$address: and told how to get in" "$(cat "$work/other")" 'mcpctl token'
    is "$address: a wrong token does not help" "$(ask -H 'Authorization: Bearer wrong' "http://$address:$port/mcp")" 401
    is "$address: the token does" "$(ask -H "Authorization: Bearer $(mc token)" "http://$address:$port/mcp")" 200
done
like 'the token file is private' "$(find "$XDG_STATE_HOME" -name 'token*' -perm 600)" token

# A session belongs to who opened it.
open_session 2025-06-18
is "another user cannot take over a session, whatever it knows of it" \
    "$(ask -H "Mcp-Session-Id: $session" -H 'MCP-Protocol-Version: 2025-06-18' "http://localhost:$port/mcp")" 401

# Nor can another caller post to somebody's HTTP+SSE session, also when it may use the hub.
stream sse -H 'Accept: text/event-stream' "$url/sse"
wait_for 'the endpoint is told' test -s "$work/sse.out"
messages_url="$url$(sed -n 's/^data: *//p' "$work/sse.out" | head -1)"
is 'HTTP+SSE: the stream needs the token, too' "$(ask -G "$url/sse")" 401
is 'HTTP+SSE: and so do its messages' "$(ask "$messages_url")" 401
is 'HTTP+SSE: a session is its own caller'"'"'s alone' "$(ask -H "Authorization: Bearer $(mc token)" "$messages_url")" 404
stream_close sse

# The unix socket is the way in for nobody else at all.
chmod 755 "$work"
ask --unix-socket "$XDG_RUNTIME_DIR/mcpctl/hub.sock" http://localhost/mcp >/dev/null
unlike 'the unix socket is closed to others' "$(cat "$work/other")" '"result"'

# Somebody opened it, as a mount into a container does: the token opens the endpoint, not the management of the hub.
chmod 755 "$XDG_RUNTIME_DIR" "$XDG_RUNTIME_DIR/mcpctl"
chmod 666 "$XDG_RUNTIME_DIR/mcpctl/hub.sock"
socket=$XDG_RUNTIME_DIR/mcpctl/hub.sock
is 'another user on the unix socket needs the token' "$(ask --unix-socket "$socket" http://localhost/mcp)" 401
is 'and gets in with it' "$(ask --unix-socket "$socket" -H "Authorization: Bearer $(mc token)" http://localhost/mcp)" 200
is 'the token does not manage the hub' \
    "$(ask --unix-socket "$socket" -H "Authorization: Bearer $(mc token)" http://localhost/api/shutdown)" 404
chmod 700 "$XDG_RUNTIME_DIR" "$XDG_RUNTIME_DIR/mcpctl"
chmod 600 "$XDG_RUNTIME_DIR/mcpctl/hub.sock"
still_serves 'after that'
e2e_done
