#!/bin/sh
# Definitions and results that a client of another revision would not take, and what a result says it is.
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo fit)
# A server of 2026-07-28: outputs that are no objects, results of all types. Its answers are lines of a file: "<tool or method> <result>".
cat >"$work/now" <<'TEXT'
#!/bin/sh
object='"inputSchema":{"type":"object"}'
tools='{"name":"list",'$object',"outputSchema":{"type":"array","items":{"$ref":"#/$defs/n"},"$defs":{"n":{"type":"integer"}}}},{"name":"either",'$object',"outputSchema":{"anyOf":[{"type":"object"},{"type":"string"}]}},{"name":"plain",'$object',"outputSchema":{"type":"object"}},{"name":"number",'$object'},{"name":"odd",'$object'},{"name":"task",'$object'},{"name":"bare",'$object'}'
text='"content":[{"type":"text","text":"said"}]'
while IFS= read -r line; do
    printf '%s\n' "$line" >&2
    id=$(printf '%s' "$line" | jq -c .id)
    case $line in
    *server/discover*) result='"supportedVersions":["2026-07-28"],"capabilities":{"tools":{},"prompts":{},"resources":{},"completions":{}},"resultType":"complete","ttlMs":0,"cacheScope":"private"' ;;
    *tools/list*) result='"tools":['$tools'],"resultType":"complete","ttlMs":0,"cacheScope":"private"' ;;
    *prompts/list*) result='"prompts":[{"name":"p"}],"resultType":"complete"' ;;
    *templates/list*) result='"resourceTemplates":[],"resultType":"complete"' ;;
    *resources/list*) result='"resources":[{"uri":"x://ttl","name":"a"},{"uri":"x://scope","name":"b"}],"resultType":"complete"' ;;
    *subscriptions/listen*) continue ;;
    *'"name":"list"'*) result='"content":[],"structuredContent":[1,2.0,12345678901234567890],"resultType":"complete"' ;;
    *'"name":"either"'*) result=$text',"structuredContent":{"a":1},"resultType":"complete"' ;;
    *'"name":"plain"'*) result=$text',"structuredContent":{"a":1},"resultType":"complete"' ;;
    *'"name":"number"'*) result='"content":[{"type":"image","data":"","mimeType":"image/png"}],"structuredContent":7,"resultType":"complete"' ;;
    *'"name":"bare"'*) result='"structuredContent":null,"resultType":"complete"' ;;
    *'"name":"odd"'*) result=$text',"resultType":"perhaps"' ;;
    *'"name":"task"'*) result='"taskId":"t","status":"working","createdAt":"2026-01-01T00:00:00Z","lastUpdatedAt":"2026-01-01T00:00:00Z","ttlMs":null,"resultType":"task"' ;;
    *x://ttl*) result='"contents":[{"uri":"x://ttl","text":"a"}],"ttlMs":5000,"resultType":"complete"' ;;
    *x://scope*) result='"contents":[{"uri":"x://scope","text":"b"}],"cacheScope":"public","resultType":"complete"' ;;
    *'"value":"wait"'*) result='"resultType":"input_required","requestState":"s"' ;;
    *completion/complete*) result='"completion":{"values":['$(seq -s, 1 150 | sed 's/[0-9]\{1,\}/"&"/g')'],"total":150},"resultType":"complete"' ;;
    esac
    printf '{"jsonrpc":"2.0","id":%s,"result":{%s}}\n' "$id" "$result"
done
TEXT
# A server of 2025-06-18 with tools that the official SDKs would refuse the whole list for, and a member that is a word of the other era.
cat >"$work/old" <<'TEXT'
#!/bin/sh
while IFS= read -r line; do
    id=$(printf '%s' "$line" | jq -c .id)
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{},"completions":{},"resources":{}},"serverInfo":{"name":"s","version":"1"}}}\n' "$id" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"none"},{"name":"any","inputSchema":{"properties":{"a":{}}},"outputSchema":null},{"name":"fine","inputSchema":{"type":"object"}}]}}\n' "$id" ;;
    *templates/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resourceTemplates":[{"uriTemplate":"old://{x}","name":"t"}]}}\n' "$id" ;;
    *resources/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resources":[]}}\n' "$id" ;;
    *tools/call*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"said"}],"resultType":"mine","structuredContent":[1]}}\n' "$id" ;;
    *completion/complete*) printf '{"jsonrpc":"2.0","id":%s,"result":{"completion":{"hasMore":false,"values":[%s]}}}\n' "$id" "$(seq -s, 1 101 | sed 's/[0-9]\{1,\}/"&"/g')" ;;
    esac
done
TEXT
chmod +x "$work/now" "$work/old"
servers "$repo" "now=$work/now" "old=$work/old"
hub_up "$repo" || { e2e_done; exit; }
all_ready() {
    [ "$(mc status --json | jq '[.workspaces[0].servers[] | select(.state == "READY" and .tools > 0)] | length')" = 2 ]
}
wait_for 'all servers are ready' all_ready

# tool NAME JQ: of its definition in the last list
tool() {
    get '.result.tools[] | select(.name == "'"$1"'") | '"$2"
}

# ---- lists
client ada 2025-11-25
in_session ada '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
is 'legacy: every inputSchema is one of an object' "$(get '[.result.tools[].inputSchema.type] | unique | tojson')" '["object"]'
is 'legacy: nothing else of it is lost' "$(tool old__any '.inputSchema | tojson')" '{"type":"object","properties":{"a":{}}}'
is 'legacy: every outputSchema is one of an object' "$(get '[.result.tools[] | select(has("outputSchema")) | .outputSchema.type] | unique | tojson')" '["object"]'
is 'legacy: what is no object is put into one, and pointers follow' "$(tool now__list '.outputSchema | tojson')" \
    '{"type":"object","properties":{"result":{"type":"array","items":{"$ref":"#/properties/result/$defs/n"},"$defs":{"n":{"type":"integer"}}}},"required":["result"]}'
is 'legacy: an object stays as it is' "$(tool now__plain '.outputSchema | tojson')" '{"type":"object"}'
is 'legacy: no schema at all is left out' "$(tool old__any 'has("outputSchema")')" false
modern tools/list
is 'modern: every inputSchema is one of an object' "$(get '[.result.tools[].inputSchema.type] | unique | tojson')" '["object"]'
is 'modern: an outputSchema of any type passes' "$(tool now__list '.outputSchema | tojson')" '{"type":"array","items":{"$ref":"#/$defs/n"},"$defs":{"n":{"type":"integer"}}}'

# ---- structured output
in_session ada "$(call 2 now__list)"
is 'legacy: a list is put into an object' "$(printf '%s' "$body" | grep -o '"structuredContent":.*}' | grep -o '^[^]]*]}')" '"structuredContent":{"result":[1,2.0,12345678901234567890]}'
is 'legacy: and into words' "$(get '.result.content[0].text')" '[1,2.0,12345678901234567890]'
in_session ada "$(call 3 now__number)"
is 'legacy: words come first where there are none' "$(get '.result | "\(.content | map(.type) | join(" ")) \(.content[0].text) \(.structuredContent | tojson)"')" 'text image 7 {"result":7}'
in_session ada "$(call 4 now__bare)"
is 'legacy: also without any content' "$(get '.result | "\(.content | tojson) \(.structuredContent | tojson)"')" '[{"type":"text","text":"null"}] {"result":null}'
in_session ada "$(call 5 now__either)"
is 'legacy: an object is put into one where the schema was' "$(get '.result | "\(.content | length) \(.structuredContent | tojson)"')" '1 {"result":{"a":1}}'
in_session ada "$(call 6 now__plain)"
is 'legacy: else it passes' "$(get '.result | "\(.content | length) \(.structuredContent | tojson)"')" '1 {"a":1}'
in_session ada "$(call 7 old__fine)"
is 'legacy at both ends: what a server says is its own business' "$(get '.result | "\(.structuredContent | tojson) \(.resultType)"')" '[1] mine'
modern_call now__list
like 'modern: any output passes' "$body" '"content":[],"structuredContent":[1,2.0,12345678901234567890]'

# ---- what a result says it is
modern_call now__odd
is 'modern: a type that nobody knows' "$http $(get .error.code)" '200 -32603'
in_session ada "$(call 8 now__odd)"
is 'legacy: the same' "$http $(get .error.code)" '200 -32603'
modern_call old__fine
is "modern: a legacy server's member of that name is no type" "$(get .result.resultType)" complete
complete='"ref":{"type":"ref/prompt","name":"now__p"},"argument":{"name":"a","value":'
modern completion/complete "$complete"'"wait"}'
is 'modern: a completion asks for no input' "$http $(get .error.code)" '200 -32603'

# ---- how long a resource may be kept: both members, each as the server gave it
modern resources/read '"uri":"x://ttl"' x://ttl
is 'a time without a scope' "$(get '.result | "\(.ttlMs) \(.cacheScope)"')" '5000 private'
modern resources/read '"uri":"x://scope"' x://scope
is 'a scope without a time' "$(get '.result | "\(.ttlMs) \(.cacheScope)"')" '0 public'

# ---- completions
modern completion/complete "$complete"'"x"}'
is 'at most 100 completions' "$(get '.result.completion | "\(.values | length) \(.values[99]) \(.hasMore) \(.total)"')" '100 100 true 150'
in_session ada '{"jsonrpc":"2.0","id":9,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"old://{x}"},"argument":{"name":"x","value":""}}}'
is 'a server that says there are no more' "$(get '.result.completion | "\(.values | length) \(.hasMore)"')" '100 true'

# ---- the official SDK 1.x takes the list, and validates what comes
node=$(echo "$top_srcdir"/tests/node_modules/node-linux-*/bin/node)
[ -x "$node" ] || node=$(command -v node)
if [ -n "$node" ] && [ -d "$top_srcdir/tests/node_modules/@modelcontextprotocol" ]; then
    subtest 'SDK 1.x' timeout 60 "$node" "$top_srcdir/tests/e2e/sdk1-fit.mjs" "$url/mcp"
else
    skip 'SDK 1.x: tests/node_modules is not there'
fi
e2e_done
