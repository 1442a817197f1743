#!/bin/sh
# Arguments that a tool wants repeated in headers (x-mcp-header): what the hub demands of clients of 2026-07-28, and of nobody else.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
here=$top_srcdir/tests/e2e

repo=$(new_repo headers)
# "bad" has annotations that are not allowed: SDK clients would drop the tool.
cat >"$work/server" <<'TEXT'
#!/bin/sh
while IFS= read -r line; do
    id=$(printf '%s' "$line" | jq -c .id)
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}\n' "$id" ;;
    *tools/list*)
        printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s,%s]}}\n' "$id" \
            '{"name":"good","inputSchema":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},"n":{"type":"integer","x-mcp-header":"N"},"on":{"type":"boolean","x-mcp-header":"On"},"in":{"type":"object","properties":{"deep":{"type":"string","x-mcp-header":"Deep"}}}}}}' \
            '{"name":"bad","inputSchema":{"type":"object","properties":{"a":{"type":"number","x-mcp-header":"A"},"b":{"x-mcp-header":"B","type":"string"},"c":{"type":"array","items":{"type":"string","x-mcp-header":"C"}}}},"big":12345678901234567890}'
        ;;
    *'"method":"tools/call"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"ok"}]}}\n' "$id" ;;
    esac
done
TEXT
chmod +x "$work/server"
servers "$repo" "s=$work/server"
hub_up "$repo" || { e2e_done; exit; }

modern tools/list
is 'what is not allowed is taken out, and nothing else' "$(get '.result.tools[] | select(.name == "s__bad") | .inputSchema.properties | tojson')" \
    '{"a":{"type":"number"},"b":{"x-mcp-header":"B","type":"string"},"c":{"type":"array","items":{"type":"string"}}}'
ok 'numbers stay what they were' grep -qF '"big":12345678901234567890' "$work/body"

# try WHAT WANTED ARGUMENTS [HEADER...]: status and error code of a call
try() {
    try_what=$1 try_wanted=$2 try_arguments=$3
    shift 3
    for try_header; do
        set -- "$@" -H "$try_header"
        shift
    done
    modern_call s__good "$try_arguments" "$@"
    is "$try_what" "$http $(get '.error.code // .result.content[0].text')" "$try_wanted"
}
bad='400 -32020' good='200 ok'
try 'no argument, no header' "$good" '{}'
try 'an argument without its header' "$bad" '{"region":"eu"}'
try 'with it' "$good" '{"region":"eu"}' 'Mcp-Param-Region: eu'
try 'header names know no case, and spaces around values do not count' "$good" '{"region":"eu"}' 'mcp-param-REGION:   eu  '
try 'another value' "$bad" '{"region":"eu"}' 'Mcp-Param-Region: us'
try 'values know case' "$bad" '{"region":"eu"}' 'Mcp-Param-Region: EU'
try 'twice' "$bad" '{"region":"eu"}' 'Mcp-Param-Region: eu' 'Mcp-Param-Region: eu'
try 'null wants no header' "$good" '{"region":null}'
try 'a header for null' "$bad" '{"region":null}' 'Mcp-Param-Region: eu'
try 'a header for nothing' "$bad" '{}' 'Mcp-Param-Region: eu'
try 'Base64' "$good" '{"region":"Gr\u00fc\u00dfe"}' 'Mcp-Param-Region: =?base64?R3LDvMOfZQ==?='
try 'Base64 of something else' "$bad" '{"region":"eu"}' 'Mcp-Param-Region: =?base64?R3LDvMOfZQ==?='
try 'Base64 without its padding' "$bad" '{"region":"Hello"}' 'Mcp-Param-Region: =?base64?SGVsbG8?='
try 'no Base64' "$bad" '{"region":"Hello"}' 'Mcp-Param-Region: =?base64?SGVs!!!bG8=?='
try 'half a sentinel is literal' "$good" '{"region":"=?base64?SGVsbG8="}' 'Mcp-Param-Region: =?base64?SGVsbG8='
try 'raw bytes that a header cannot have' "$bad" '{"region":"Grüße"}' 'Mcp-Param-Region: Grüße'
try 'an integer' "$good" '{"n":42}' 'Mcp-Param-N: 42'
try 'integers compare as numbers' "$good" '{"n":42}' 'Mcp-Param-N: 42.0'
try 'another integer' "$bad" '{"n":42}' 'Mcp-Param-N: 43'
try 'no number at all' "$bad" '{"n":42}' 'Mcp-Param-N: 42x'
try 'hexadecimal is no number' "$bad" '{"n":16}' 'Mcp-Param-N: 0x10'
try 'what is beyond 2^53 need not be repeated' "$good" '{"n":9007199254740993}'
try 'and is compared as text' "$bad" '{"n":9007199254740993}' 'Mcp-Param-N: 9007199254740992'
try 'a boolean' "$good" '{"on":true}' 'Mcp-Param-On: true'
try 'another boolean' "$bad" '{"on":true}' 'Mcp-Param-On: false'
try 'an argument inwards' "$good" '{"in":{"deep":"x"}}' 'Mcp-Param-Deep: x'
try 'without its header' "$bad" '{"in":{"deep":"x"}}'
try 'headers of no argument are ignored' "$good" '{}' 'Mcp-Param-Other: x'
ok 'the message names the header' test "$(modern_call s__good '{"region":"eu"}' && get .error.message)" = 'Header mismatch: Mcp-Param-Region is missing'

modern_call s__bad '{"a":1,"c":["x"]}'
is 'a tool without annotations wants none' "$http" 200
open_session 2025-11-25
legacy '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"s__good","arguments":{"region":"eu"}}}'
is 'nor is a legacy client asked for any' "$(get '.result.content[0].text')" ok
is 'mcpctl call sends them' "$(cd "$repo" && mc call s__good region=eu n=7 on=true 2>&1)" ok
is 'also such as need Base64' "$(cd "$repo" && mc call s__good region=Grüße 2>&1)" ok

node=$(echo "$top_srcdir"/tests/node_modules/node-linux-*/bin/node)
[ -x "$node" ] || node=$(command -v node)
if [ -n "$node" ] && [ -d "$top_srcdir/tests/node_modules/@modelcontextprotocol" ]; then
    subtest 'client 2.x' timeout 60 "$node" "$here/sdk2-headers.mjs" "$url/mcp"
else
    skip 'client 2.x: no Node.js here (./bootstrap check brings it)'
fi

# From the cache: the same before the server has started.
ok 'the hub ends' mc down --all
hub_up "$repo" || { e2e_done; exit; }
try 'a cold hub knows the annotations too' "$bad" '{"region":"eu"}'
e2e_done
