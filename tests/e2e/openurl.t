#!/bin/sh
# A server of 2025-11-25 that answers with -32042, because URLs have to be opened first: what each kind of client makes of it.
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo openurl)
# Whoever calls "sign" has to open two URLs; after "done" they are open. "empty" demands it without a URL.
cat >"$work/signin" <<'TEXT'
#!/bin/sh
signed=
want='{"code":-32042,"message":"Sign in first","data":{"elicitations":[{"mode":"url","elicitationId":"e-1","url":"https://example.com/\u0061?x=1","message":"Open \"A\""},{"mode":"url","elicitationId":"e-2","url":"https://example.com/b","message":"Open B"}]}}'
while IFS= read -r line; do
    printf '%s\n' "$line" >&2
    id=$(printf '%s' "$line" | jq -c .id)
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"prompts":{},"resources":{}},"serverInfo":{"name":"s","version":"1"}}}\n' "$id" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"sign","inputSchema":{"type":"object"}},{"name":"done","inputSchema":{"type":"object"}},{"name":"empty","inputSchema":{"type":"object"}}]}}\n' "$id" ;;
    *prompts/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"prompts":[{"name":"sign"}]}}\n' "$id" ;;
    *templates/list*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *resources/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resources":[]}}\n' "$id" ;;
    *'"name":"done"'*)
        signed=1
        printf '{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"e-2"}}\n{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n' "$id"
        ;;
    *'"name":"empty"'*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32042,"message":"Sign in first"}}\n' "$id" ;;
    *'"name":"sign"'* | *resources/read*)
        if [ "$signed" ]; then
            printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"signed"}],"contents":[],"messages":[]}}\n' "$id"
        else
            printf '{"jsonrpc":"2.0","id":%s,"error":%s}\n' "$id" "$want"
        fi
        ;;
    esac
done
TEXT
chmod +x "$work/signin"
servers "$repo" "in=$work/signin" "good=$fakeserver"
hub_up "$repo" || { e2e_done; exit; }
all_ready() {
    [ "$(mc status --json | jq '[.workspaces[0].servers[] | select(.state == "READY")] | length')" = 2 ]
}
wait_for 'all servers are ready' all_ready

io=io.modelcontextprotocol
# ask ID METHOD MEMBERS NAME CAPABILITIES: a modern request
ask() {
    post '{"jsonrpc":"2.0","id":'"$1"',"method":"'"$2"'","params":{'"$3"',"_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":'"$5"'}}}' \
        -H 'MCP-Protocol-Version: 2026-07-28' -H "Mcp-Method: $2" -H "Mcp-Name: $4"
}
url_cap='{"elicitation":{"url":{}}}'
words='Sign in first
Open "A": https://example.com/a?x=1
Open B: https://example.com/b'

# ---- who knows the error
client new 2025-11-25 "$url_cap"
standing told new
in_session new "$(call 1 in__sign)"
is 'a client of 2025-11-25 gets the error as it is' "$(get '.error | "\(.code) \(.data.elicitations | map(.elicitationId) | join(" ")) \(.data.elicitations[0].url)"')" '-32042 e-1 e-2 https://example.com/a?x=1'

# ---- who does not
client form 2025-11-25 '{"elicitation":{}}'
in_session form "$(call 1 in__sign)"
is 'without the capability: an error for the model to read' "$(get '.result.isError') $(get '.result.content[0].text')" "true $words"
client old 2025-06-18 '{"elicitation":{}}'
in_session old "$(call 1 in__sign)"
is 'an older client: the same' "$(get '.result.isError') $(get '.result.content[0].text')" "true $words"
in_session old '{"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"in__sign"}}'
is 'a prompt has no error but that of the protocol' "$(get .error.code) $(get .error.message)" "-32603 $words"
in_session old "$(call 3 in__empty)"
is 'nothing to open: no code of the newer revision' "$(get '.error | "\(.code) \(.message)"')" '-32603 Sign in first'

# ---- modern clients are asked
ask 1 tools/call '"name":"in__sign","arguments":{"a":1}' in__sign '{"elicitation":{"form":{}}}'
is 'a modern client without the capability' "$http $(get '.error | "\(.code) \(.data | tojson)"')" '400 -32021 {"requiredCapabilities":{"elicitation":{"url":{}}}}'
ask 2 tools/call '"name":"in__empty","arguments":{}' in__empty "$url_cap"
is 'nothing to open: the code of the other era never gets through' "$http $(get .error.code)" '200 -32603'
ask 3 tools/call '"name":"in__sign","arguments":{"a":1}' in__sign "$url_cap"
is 'with it: one question for each URL' "$http $(get '.result | "\(.resultType) \(.inputRequests | keys | join(" "))"')" '200 input_required url-1 url-2'
is 'each a whole one, without an id that this revision does not have' "$(get '.result.inputRequests["url-1"] | tojson')" \
    '{"method":"elicitation/create","params":{"mode":"url","message":"Open \"A\"","url":"https://example.com/a?x=1"}}'
is 'nothing is open at the server: no state' "$(get '.result | has("requestState")')" false
yes='{"url-1":{"action":"accept"},"url-2":{"action":"accept"}}'
ask 4 tools/call '"inputResponses":'"$yes"',"name":"in__sign","arguments":{"a":1}' in__sign "$url_cap"
is 'as long as it is not done, it is asked again' "$(get '"\(.id) \(.result.resultType)"')" '4 input_required'
is 'the server sees the call alone' "$(cat "$work"/state/mcpctl/logs/in-*.log | grep -F '"name":"sign"' | grep -c inputResponses)" 0
ask 5 tools/call '"name":"in__sign","arguments":{"a":1},"inputResponses":{"url-1":{"action":"accept"},"url-2":{"action":"decline"}}' in__sign "$url_cap"
is 'a no is not asked again' "$(get '.result | "\(.resultType) \(.isError)"') $(get '.result.content[0].text')" "complete true $words"
ask 6 prompts/get '"name":"in__sign"' in__sign "$url_cap"
is 'prompts, too' "$(get '.result.resultType')" input_required
ask 7 resources/read '"uri":"any://thing"' any://thing "$url_cap"
is 'and resources' "$(get '.result | "\(.resultType) \(has("ttlMs"))"')" 'input_required false'

# ---- when it is done
is 'so far nobody was told' "$(how_many told '.method == "notifications/elicitation/complete"')" 0
in_session form "$(call 5 in__done)"
wait_for 'the completion is told to who was sent there' saw told '.method == "notifications/elicitation/complete" and .params.elicitationId == "e-2"' &&
    pass 'the completion is told to who was sent there'
ask 8 tools/call '"name":"in__sign","arguments":{"a":1},"inputResponses":'"$yes" in__sign "$url_cap"
is 'the retry is the call once more' "$(get '"\(.id) \(.result.resultType) \(.result.content[0].text)"')" '8 complete signed'
in_session old "$(call 6 in__sign)"
is 'and so for everybody' "$(get '.result.content[0].text')" signed
e2e_done
