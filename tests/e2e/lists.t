#!/bin/sh
# Servers that announce a change and are slow to say which: clients hear of it at once, and again when the lists are known to differ.
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo lists)
gate list
# "change" announces; the list after that is another one, and waits at the gate. "same" announces what has not changed. "flood" never stops announcing.
cat >"$work/slow" <<'TEXT'
#!/bin/sh
tool() { printf '{"name":"%s","inputSchema":{"type":"object"}}' "$1"; }
changed='{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'
extra= held=
while IFS= read -r line; do
    id=$(printf '%s' "$line" | jq -c .id)
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"s","version":"1"}}}\n' "$id" ;;
    *tools/list*)
        [ -z "$held" ] || read -r _ <"${0%/*}/list.gate"
        held=
        printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s,%s,%s%s]}}\n' "$id" "$(tool change)" "$(tool same)" "$(tool flood)" "$extra"
        ;;
    *'"change"'*)
        extra=,$(tool more) held=1
        printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n%s\n' "$id" "$changed"
        ;;
    *'"same"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n%s\n' "$id" "$changed" ;;
    *'"flood"'*)
        extra=
        printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n' "$id"
        while :; do printf '%s\n' "$changed"; read -r _ <"${0%/*}/tick.gate" || [ -p "${0%/*}/tick.gate" ] || break; done &
        ;;
    esac
done
TEXT
chmod +x "$work/slow"
gate tick
servers "$repo" "slow=$work/slow"
hub_up "$repo" || { e2e_done; exit; }
all_ready
client ada 2025-06-18
standing told ada
modern_listen() {
    stream listens -H 'Content-Type: application/json' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: subscriptions/listen' \
        --data '{"jsonrpc":"2.0","id":"l","method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},'"$modern_meta"'}}' "$url/mcp"
    wait_for 'it is acknowledged' saw listens '.method == "notifications/subscriptions/acknowledged"'
}
modern_listen
is_change='.method == "notifications/tools/list_changed"'
heard() {
    [ "$(how_many told "$is_change") $(how_many listens "$is_change")" = "$1 $1" ]
}
in_session ada "$(call 1 slow__change)"
wait_for 'both hear of it before the server has said what is new' heard 1 && pass 'both hear of it before the server has said what is new'
in_session ada '{"jsonrpc":"2.0","id":2,"method":"tools/list"}'
is 'lists do not wait for it' "$(get '.result.tools | length')" 3
go list
wait_for 'and again when it has' heard 2 && pass 'and again when it has'
in_session ada '{"jsonrpc":"2.0","id":3,"method":"tools/list"}'
is 'the list is the new one' "$(get '.result.tools | length')" 4
in_session ada "$(call 4 slow__same)"
wait_for 'what changes nothing is passed on, too' heard 3 && pass 'what changes nothing is passed on, too'
in_session ada "$(call 5 slow__flood)"
ticks=0
until [ "$(get '.result.tools | length')" = 3 ] || [ $ticks -gt 200 ]; do
    ticks=$((ticks + 1))
    go tick
    in_session ada '{"jsonrpc":"2.0","id":6,"method":"tools/list"}'
done
is 'announcements without an end do not keep the list from being read' "$(get '.result.tools | length')" 3
e2e_done
