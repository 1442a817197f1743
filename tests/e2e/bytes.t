#!/bin/sh
# What the hub has no business with passes through byte for byte, in both directions and in both eras.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

# Answers every call with what is in the file "answer", a result or an error.
cat >"$work/says" <<TEXT
#!/bin/sh
while IFS= read -r line; do
    id=\$(printf '%s' "\$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
    case \$line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "\$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{}},"serverInfo":{"name":"s","version":"1"}}}\n' "\$id" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s]}}\n' "\$id" "\$(cat "$work/tool")" ;;
    *'/list"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resources":[],"resourceTemplates":[]}}\n' "\$id" ;;
    *tools/call* | *resources/read*) printf '{ "jsonrpc":"2.0" , %s , "id":%s}\n' "\$(cat "$work/answer")" "\$id" ;;
    esac
done
TEXT
chmod +x "$work/says"
definition='"description":"a\u00e9\/b","inputSchema":{"type":"object","properties":{"n":{"default":1.0,"maximum":1e400}},"$defs":{"name":{}},"x-vendor":[1,2]},"_meta":{"name":"inner"},"icons":[],"x":1,"x":2'
printf '%s' '{"title":"T",  "name":"talk",'"$definition"'}' >"$work/tool"

repo=$(new_repo bytes)
servers "$repo" "echo=$fakeserver --echo --trace" "says=$work/says"
hub_up "$repo" || { e2e_done; exit; }
all_ready
client a 2025-06-18

deep=$(printf '%0400d' 0 | tr 0 '[')$(printf '%0400d' 0 | tr 0 ']')
# A file: one argument object per line, blanks and all.
cat >"$work/arguments" <<'TEXT'
{}
{ }
{"n":12345678901234567890123456789012345678901234567890}
{"n":-0,"f":1.0,"g":1.50,"h":1E+2,"i":0.1e-7}
{"n":1e400,"m":-1e-400}
{"z":1,"a":2,"m":3}
{"name":"x","name":"y","id":1,"id":2,"method":3,"params":{},"_meta":{"progressToken":1}}
{"s":"\u00e9\/\b\f\n\r\t\\\"\u0000"}
{"s":"é✓漢😀\ud83d\ude00"}
{"lone":"\ud800","other":"\udc00\ud800"}
{"":"","a b":"c","\u006b":1}
{  "a" :  [ 1 , 2 ,[ ] ] , "b":{ "c" : null,"d":true ,"e":false}  }
{"html":"<script>&amp;</script>","line":"\u2028"}
TEXT
printf '{"deep":%s}\n' "$deep" >>"$work/arguments"

twice() {
    [ "$(trace_count echo '"arguments":'"$arguments")" -ge 2 ]
}
n=0
while IFS= read -r arguments; do
    n=$((n + 1))
    printf '%s' "$arguments" >"$work/want"
    shown=$(printf '%s' "$arguments" | head -c 70)
    modern_call echo__echo "$arguments"
    reaches "modern, to the server: $shown" echo '"arguments":'"$arguments"
    ok 'modern, and back' grep -qF -- '"structuredContent":'"$arguments" "$work/body"
    in_session a "$(call $n echo__echo "$arguments")"
    wait_for 'legacy, to the server' twice && pass 'legacy, to the server'
    ok 'legacy, and back' grep -qF -- '"structuredContent":'"$arguments" "$work/body"
done <"$work/arguments"

# ---- the rest of the request
in_session a '{"x-first":1,"jsonrpc":"2.0","id":"i","method":"tools/call","params":{"x":1,"x":2,"name":"echo__echo","arguments":{"mark":1},"_meta":{"traceparent":"00-1-2-01","tracestate":"a=b","baggage":"c","com.example/k":{"n":1.0}},"task":{"ttl":5}},"x-last":[1e400]}'
is 'legacy: members that nobody knows' "$(get .id)" i
as_it_was() {
    grep -qE '^\{"x-first":1,"jsonrpc":"2.0","id":[0-9]+,"method":"tools/call","params":\{"x":1,"x":2,"name":"echo","arguments":\{"mark":1\},"_meta":\{"traceparent":"00-1-2-01","tracestate":"a=b","baggage":"c","com.example/k":\{"n":1.0\}\},"task":\{"ttl":5\}\},"x-last":\[1e400\]\}$' "$work"/state/mcpctl/logs/echo-*.log
}
wait_for 'that reaches the server' as_it_was && pass 'reach the server as they were, with its own name and the hub'\''s own id'
in_session a '{
  "jsonrpc": "2.0",
  "id": 5,
  "method": "tools/call",
  "params": {"name": "echo__echo", "arguments": {"lines":
     "two"}}
}'
is 'line ends between tokens' "$http $(get .id) $(get '.result.structuredContent.lines')" '200 5 two'
post '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"traceparent":"00-9-9-01","io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"secret"},"com.example/k":[1.0],"io.modelcontextprotocol/clientCapabilities":{"sampling":{}},"progressToken":"tok"},"name":"echo__echo","arguments":{"mark":2}}}' \
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: echo__echo'
is 'modern: foreign _meta' "$http" 200
without_keys() {
    grep -qE '"params":\{"_meta":\{"traceparent":"00-9-9-01","com.example/k":\[1.0\],"progressToken":[0-9]+\},"name":"echo","arguments":\{"mark":2\}\}\}$' "$work"/state/mcpctl/logs/echo-*.log
}
wait_for 'foreign _meta reaches the server' without_keys && pass 'reaches a legacy server, that of the revision does not'

# ---- definitions and answers
modern tools/list
ok 'a definition keeps its bytes, but for the name' grep -qF -- '{"title":"T",  "name":"says__talk",'"$definition"'}' "$work/body"
post '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$modern_meta"'}}' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list' "$url/s/says/mcp"
ok 'and at the endpoint of its server the name too' grep -qF -- '{"title":"T",  "name":"talk",'"$definition"'}' "$work/body"

inner='"content":[{"type":"text","text":"\ud800 \u00e9\/"}],"structuredContent":{"n":1e400,"k":1,"k":2,"resultType":"inner"},"x":1,"x":2'
# answer RESULT: what says__talk gives from now on
answer() {
    printf '%s' "$1" >"$work/answer"
}
answer '"result":{'"$inner"'}'
in_session a "$(call '"q"' says__talk)"
is 'legacy: a result is the server'\''s, byte for byte' "$body" '{ "jsonrpc":"2.0" , "result":{'"$inner"'} , "id":"q"}'
modern_call says__talk
is 'modern: so it is, behind what this revision adds' "$body" '{ "jsonrpc":"2.0" , "result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":'"$(printf '%s' "$body" | sed -n 's/.*serverInfo":\({[^}]*}\).*/\1/p')"'},'"$inner"'} , "id":1}'
answer '"result":{}'
modern_call says__talk
is 'modern: an empty result' "$(get '.result | keys | tojson')" '["_meta","resultType"]'
answer '"result":{ "_meta" : { } }'
modern_call says__talk
is 'modern: an empty _meta' "$(get '.result._meta | keys | tojson')" '["io.modelcontextprotocol/serverInfo"]'
answer '"result":{"_meta":{"com.example/a":1.0,"traceparent":"t"}, "content":[]}'
modern_call says__talk
ok 'modern: _meta of the server stays' grep -qF '"com.example/a":1.0,"traceparent":"t"}, "content":[]}' "$work/body"
is 'and is one object' "$(get '.result._meta | keys | length')" 3
answer '"error":{"x":1.0,"code":-31999,"message":"m\u00e9","data":{"n":1e400}}'
in_session a "$(call 7 says__talk)"
is 'legacy: an error is the server'\''s' "$body" '{ "jsonrpc":"2.0" , "error":{"x":1.0,"code":-31999,"message":"m\u00e9","data":{"n":1e400}} , "id":7}'

# ---- codes between the eras
code_for() {
    answer '"error":{"code":'"$1"',"message":"m"}'
    modern_call says__talk
    modern_code=$(get .error.code)
    in_session a "$(call 8 says__talk)"
    printf '%s %s' "$modern_code" "$(get .error.code)"
}
is 'codes pass, to a modern and to a legacy client' "$(code_for -32602) $(code_for -32000) $(code_for 5)" '-32602 -32602 -32000 -32000 5 5'
is 'url elicitation is none of a modern client, nor of an older one' "$(code_for -32042)" '-32603 -32603'
client newest 2025-11-25
in_session newest "$(call 8 says__talk)"
is 'but of 2025-11-25' "$(get .error.code)" -32042
is 'gate errors of this hop stay here' "$(code_for -32020) $(code_for -32022) $(code_for -32077)" '-32603 -32603 -32603 -32603 -32603 -32603'
is 'a code that is no integer' "$(code_for 1.5) $(code_for '"x"')" '-32603 -32603 -32603 -32603'
answer '"error":{"code":-32002,"message":"m"}'
modern resources/read '"uri":"x:/\u0079"' x:/y
is 'not found, for a modern client: with the URI' "$(get '"\(.error.code) \(.error.data.uri)"')" '-32602 x:/y'
in_session a '{"jsonrpc":"2.0","id":9,"method":"resources/read","params":{"uri":"x:/y"}}'
is 'not found, for a legacy client' "$(get .error.code)" -32002
e2e_done
