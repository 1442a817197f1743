#!/bin/sh
# Extensions that are data pass as they are, in both directions and eras: MCP Apps (io.modelcontextprotocol/ui). Those with methods of their own are in
# tasks.t and conformance-extensions.t.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo apps)
# "app" has a tool with a user interface; "other" has further settings of the extension, and one that the hub does not know
ui=io.modelcontextprotocol/ui
cat >"$work/app" <<'TEXT'
#!/bin/sh
# app CAPABILITIES
while IFS= read -r line; do
    id=$(printf '%s' "$line" | jq -c .id)
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{},"extensions":%s},"serverInfo":{"name":"app","version":"1"}}}\n' "$id" "$1" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"show","inputSchema":{"type":"object"},"_meta":{"ui":{"resourceUri":"ui://app/%s.html","visibility":["model","app"],"n":1.0},"x/y":[1e400]}}]}}\n' "$id" "$2" ;;
    *resources/templates/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resourceTemplates":[]}}\n' "$id" ;;
    *resources/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resources":[{"uri":"ui://app/%s.html","name":"%s","mimeType":"text/html;profile=mcp-app","_meta":{"ui":{"csp":{"connectDomains":["https://example.com"]}}}}]}}\n' "$id" "$2" "$2" ;;
    *resources/read*) printf '{"jsonrpc":"2.0","id":%s,"result":{"contents":[{"uri":"ui://app/%s.html","mimeType":"text/html;profile=mcp-app","text":"<p>%s</p>","_meta":{"ui":{"prefersBorder":true}}}]}}\n' "$id" "$2" "$2" ;;
    *tools/call*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[],"structuredContent":{"v":1.0},"_meta":{"ui":{"k":"\\u00e9"}}}}\n' "$id" ;;
    esac
done
TEXT
chmod +x "$work/app"
servers "$repo" "app=$work/app {\"$ui\":{\"a\":1}} app" "other=$work/app {\"$ui\":{\"a\":2,\"b\":{}},\"com.example/own\":{}} other" "new=$fakeserver --era modern --trace"
hub_up "$repo" || { e2e_done; exit; }
all_ready

modern server/discover
is 'modern: the extension that servers have, the settings of both, the first one'\''s where they differ' "$(get '.result.capabilities.extensions | tojson')" '{"'$ui'":{"a":1,"b":{}}}'
is 'not one of which the hub does not know whether it has methods' "$(get '.result.capabilities.extensions | has("com.example/own")')" false
open_session 2025-11-25
is 'legacy: likewise' "$(printf '%s' "$initialize_answer" | jq -c .result.capabilities.extensions)" '{"'$ui'":{"a":1,"b":{}}}'
post '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}' "$url/s/new/mcp"
is 'and not where no server has any' "$(get '.result.capabilities | has("extensions")')" false

tool='"_meta":{"ui":{"resourceUri":"ui://app/app.html","visibility":["model","app"],"n":1.0},"x/y":[1e400]}'
resource='{"uri":"ui://app/app.html","name":"app","mimeType":"text/html;profile=mcp-app","_meta":{"ui":{"csp":{"connectDomains":["https://example.com"]}}}}'
content='{"uri":"ui://app/app.html","mimeType":"text/html;profile=mcp-app","text":"<p>app</p>","_meta":{"ui":{"prefersBorder":true}}}'
# passes ERA METHOD MEMBERS NAME TEXT
passes() {
    case $1 in
    modern) modern "$2" "$3" "$4" ;;
    *) legacy '{"jsonrpc":"2.0","id":1,"method":"'"$2"'","params":{'"$3"'}}' ;;
    esac
    ok "$1: $2 byte for byte" grep -qF -- "$5" "$work/body"
}
for era in modern legacy; do
    passes $era tools/list '' '' "$tool"
    passes $era resources/list '' '' "$resource"
    passes $era resources/read '"uri":"ui://app/app.html"' ui://app/app.html "$content"
    passes $era tools/call '"name":"app__show","arguments":{}' app__show '"structuredContent":{"v":1.0},"_meta":{'
done
is 'each URI is its own server'\''s' "$(modern resources/read '"uri":"ui://app/other.html"' ui://app/other.html; get '.result.contents[0].text')" '<p>other</p>'

# what a client declares, to modern servers on each of its requests
logged() {
    [ "$(trace_count new '"method":"tools/call"')" -ge "$1" ]
}
# the N-th call's, when it is in the log
caps_of() {
    wait_for "call $1 is in the log" logged "$1"
    last_caps
}
last_caps() {
    grep -hF '"method":"tools/call"' "$work"/state/mcpctl/logs/new-*.log | tail -1 | jq -c '.params._meta["io.modelcontextprotocol/clientCapabilities"].extensions'
}
declared='{"'$ui'":{"mimeTypes":["text/html;profile=mcp-app"],"n":1},"com.example/own":{}}'
post '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"new__tool1","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"extensions":'"$declared"'}}}}' \
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: new__tool1'
is 'a modern client'\''s reach a modern server' "$http $(caps_of 1)" "200 $declared"
client with 2025-11-25 '{"sampling":{},"extensions":{"io.modelcontextprotocol/tasks":{},'"${declared#\{}"'}'
in_session with "$(call 1 new__tool1)"
is 'so do a legacy client'\''s, but for tasks, which no legacy client can have' "$http $(caps_of 2)" "200 $declared"
client without 2025-11-25
in_session without "$(call 1 new__tool1)"
is 'nobody else'\''s are declared for one that has none' "$http $(caps_of 3)" '200 null'
e2e_done
