#!/bin/sh
# Mistakes that gateways make, as far as no other test stands against them. tests/mistakes.tsv says which test stands against which.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

# A legacy server that answers the probe with what it was started with. Its progress goes up and down, and on after the answer; its first cursor is empty.
cat >"$work/own" <<'TEXT'
#!/bin/sh
note() { printf '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%s,"progress":%s}}\n' "$token" "$1"; }
tool() { printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"%s","inputSchema":{"type":"object"}}]%s}}\n' "$id" "$1" "$2"; }
while IFS= read -r line; do
    printf '%s\n' "$line" >&2
    id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,%s}\n' "$id" "$1" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"same name","version":"1"}}}\n' "$id" ;;
    *'"cursor":""'*) tool second ',"nextCursor":"x"' ;;
    *'"cursor":"x"'*) tool third '' ;;
    *tools/list*) tool first ',"nextCursor":""' ;;
    *'"name":"first"'*)
        token=$(printf '%s' "$line" | sed -n 's/.*"progressToken":\([0-9]*\).*/\1/p')
        for amount in 1 1 0.5 2 1e0 2.0; do note $amount; done
        printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n' "$id"
        note 3
        ;;
    *tools/call*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n' "$id" ;;
    esac
done
TEXT
# It has a resource with parts, and tells when a part changes.
cat >"$work/parts" <<'TEXT'
#!/bin/sh
while IFS= read -r line; do
    id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{"subscribe":true}},"serverInfo":{"name":"same name","version":"1"}}}\n' "$id" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"change","inputSchema":{"type":"object"}}]}}\n' "$id" ;;
    *resources/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resources":[{"name":"a","uri":"own://a"},{"name":"b","uri":"own://b"}]}}\n' "$id" ;;
    *templates/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resourceTemplates":[]}}\n' "$id" ;;
    *tools/call*)
        printf '{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"own://a/part?x=1"}}\n'
        printf '{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"own://b"}}\n'
        printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n' "$id"
        ;;
    *'"id"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{}}\n' "$id" ;;
    esac
done
TEXT
chmod +x "$work/own" "$work/parts"
gate held

repo=$(new_repo mistakes)
probes='{"result":{}}
{"result":{"supportedVersions":[],"capabilities":{}}}
{"result":{"supportedVersions":["2099-01-01"],"capabilities":{}}}
{"error":{"code":-32600,"message":"no"}}
{"error":{"code":-32601,"message":"no"}}
{"error":{"code":-32602,"message":"no"}}
{"error":{"code":-32603,"message":"no"}}
{"error":{"code":-32000,"message":"no"}}
{"error":{"code":-32001,"message":"no"}}
{"error":{"code":-32022,"message":"no","data":{"supported":["2025-11-25"]}}}
{"error":{"code":0,"message":"no"}}'
printf '%s\n' "$probes" | jq -sc --arg own "$work/own" --arg parts "$work/parts" --arg gate "$work/held.gate" --arg fake "$fakeserver" '
    [to_entries[] | {key: "p\(.key)", value: {command: $own, args: [.value | tojson | .[1:-1]]}}]
    + [{key: "parts", value: {command: $parts}},
       {key: "gated", value: {command: $fake, args: ["--trace", "--gate", $gate]}},
       {key: "now", value: {command: $fake, args: ["--era", "modern", "--trace", "--resources"]}}]
    | {mcpServers: from_entries}' >"$repo/.mcp.json"
hub_up "$repo" || { e2e_done; exit; }
number=$(printf '%s\n' "$probes" | wc -l)

# ---- 5: what is not recognised as modern is legacy, whatever it is
eras() {
    mc status --json | jq -r '[.workspaces[0].servers[] | select(.name | test("^p[0-9]")) | select(.state == "READY" and .era == "legacy")] | length'
}
all_legacy() {
    [ "$(eras)" = "$number" ]
}
wait_for 'every answer but a modern one to the probe means legacy' all_legacy && pass 'every answer but a modern one to the probe means legacy'

# ---- 3: a client of a session that goes away before anything came cancels nothing
client ada 2025-11-25
begin left ada "$(call 9 gated__tool1)"
wait_for 'the call is at the server' traced gated '"name":"tool1"'
stream_close left
begin later ada "$(call 10 gated__tool2)"
wait_for 'another one, behind it' traced gated '"name":"tool2"'
is 'a legacy client that goes away cancels nothing' "$(trace_count gated notifications/cancelled)" 0
go held
go held
wait_for 'the other call has its answer' stream_ended later

# ---- 2: progress
in_session ada "$(call 1 p0__first '{}' '{"progressToken":"t"}')"
is 'progress increases, and ends with the answer' "$(sed -n 's/^data: *\(.\)/\1/p' "$work/body" | jq -rn '[inputs | .params.progress // "answer"] | tojson')" '[1,2,"answer"]'
in_session ada "$(call 2 p0__second '{}' '{"progressToken":"t"}')"
is 'what comes later finds nobody, also not the next call of that token' "$(get .id) $(grep -c notifications/progress "$work/body")" '2 0'

# ---- 19: a part of what is subscribed
standing news ada
in_session ada '{"jsonrpc":"2.0","id":5,"method":"resources/subscribe","params":{"uri":"own://a"}}'
in_session ada '{"jsonrpc":"2.0","id":6,"method":"resources/subscribe","params":{"uri":"own://b"}}'
in_session ada "$(call 7 parts__change)"
wait_for 'the other resource' saw news '.params.uri == "own://b"'
is 'who subscribed to the whole is told of a part' "$(messages news | jq -rn '[inputs | .params.uri // empty] | join(" ")')" 'own://a/part?x=1 own://b'

# ---- 15: an empty cursor is a cursor
modern tools/list
is 'all pages, also those behind an empty cursor' "$(get '[.result.tools[].name | select(startswith("p3__"))] | join(" ")')" 'p3__first p3__second p3__third'

# ---- 16, 17: lists are the same for everybody, at any time, and named by the config
list=$(get '.result.tools | tojson')
is 'servers that call themselves the same are told apart' "$(get '[.result.tools[].name | select(endswith("__first"))] | unique | length')" "$number"
modern_call p1__second
in_session ada '{"jsonrpc":"2.0","id":3,"method":"tools/list"}'
is 'a legacy client sees the list that a modern one saw before' "$(get '.result.tools | tojson')" "$list"
client bob 2024-11-05
in_session bob '{"jsonrpc":"2.0","id":3,"method":"tools/list"}'
is 'and so does the next one' "$(get '.result.tools | tojson')" "$list"
modern tools/list '' '' -H 'Connection: close'
is 'and a new connection after all that' "$(get '.result.tools | tojson')" "$list"

ok 'the hub ends' mc down --all
hub_up "$repo"
modern tools/list
is 'and who comes before any server runs' "$(get '.result.tools | tojson')" "$list"
client ada 2025-11-25

# ---- 13, 14: how long a result holds and for whom
for method in server/discover tools/list prompts/list resources/list resources/templates/list; do
    modern $method
    is "$method is for its caller alone" "$(get '"\(.result.ttlMs) \(.result.cacheScope)"')" '0 private'
done

# ---- 30: what a caller shows to the hub stays there
secret=sesame-$$-opens
modern_call now__tool1 '{}' -H "Authorization: Bearer $secret" -H "Cookie: a=$secret" -H "Mcp-Param-Key: $secret"
is 'a call with credentials' "$http $(get .result.resultType)" '200 complete'
in_session ada "$(call 4 p0__second)" -H "Authorization: Bearer $secret"
is 'in a session, too' "$http" 200
ok 'both came to their servers' sh -c 'grep -qF tools/call "$1"/now-*.log && grep -qF tools/call "$1"/p0-*.log' sh "$work/state/mcpctl/logs"
is 'credentials of the caller are nowhere: not at a server, not in a log' "$(grep -rlF "$secret" "$work/state" "$work/run" "$work/config" 2>/dev/null)" ''
environs=$(mc status --json | jq -r '.workspaces[0].servers[].pid // empty | "/proc/\(.)/environ"')
# shellcheck disable=SC2086
is 'nor in the environment of one' "$(grep -lF "$secret" $environs)" ''
e2e_done
