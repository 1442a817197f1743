#!/bin/sh
# Clients of 2026-07-28: every request for itself, headers that agree with the body, subscriptions/listen.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo modern)
servers "$repo" \
    "good=$fakeserver --trace --list-changed --resources --subscribe --prompts" \
    "now=$fakeserver --trace --era modern --list-changed --resources --subscribe --ask sampling" \
    "stuck=$fakeserver --trace --slow 60000" \
    "steps=$fakeserver --progress 3 --log 2 --trace" \
    "form=$fakeserver --trace --ask elicitation"
hub_up "$repo" || { e2e_done; exit; }
all_ready

meta_key=io.modelcontextprotocol
# meta MEMBERS: a _meta with the required keys and these
meta() {
    printf '"_meta":{"%s/protocolVersion":"2026-07-28","%s/clientCapabilities":%s%s}' $meta_key $meta_key "${2:-"{}"}" "${1:+,$1}"
}
# raw METHOD-HEADER BODY [CURL-OPTION...]
raw() {
    raw_method=$1 raw_body=$2
    shift 2
    post "$raw_body" -H 'MCP-Protocol-Version: 2026-07-28' -H "Mcp-Method: $raw_method" "$@"
}
gate() {
    gate_what=$1 gate_http=$2 gate_code=$3 gate_id=$4
    is "$gate_what" "$http $(get '"\(.error.code) \(.id | tojson)"')" "$gate_http $gate_code $gate_id"
}

# ---- what every result carries
stamps() {
    get '.result | "\(.resultType) \(has("ttlMs")) \(has("cacheScope")) \(._meta["io.modelcontextprotocol/serverInfo"] | has("name"))"'
}
modern server/discover
is 'server/discover' "$http $(get '.result.supportedVersions | tojson')" '200 ["2026-07-28"]'
is 'server/discover: stamps' "$(stamps)" 'complete true true true'
is 'server/discover: capabilities' "$(get '.result.capabilities | "\(.tools.listChanged) \(.prompts.listChanged) \(.resources.subscribe) \(has("completions"))"')" 'true true true true'
is 'no session is made' "$(printf '%s' "$head" | grep -ci mcp-session-id)" 0
for list in tools/list prompts/list resources/list resources/templates/list; do
    modern $list
    is "$list: stamps" "$http $(stamps)" '200 complete true true true'
done
modern resources/read '"uri":"fake://item/7"' fake://item/7
is 'resources/read: stamps, of a legacy or a modern server' "$http $(stamps)" '200 complete true true true'
modern_call good__tool1
is 'tools/call: stamps' "$http $(stamps)" '200 complete false false true'
modern_call now__tool1
is 'tools/call at a modern server: stamps' "$http $(get '.result.resultType')" '200 complete'
modern prompts/get '"name":"good__plain"' good__plain
is 'prompts/get: stamps' "$http $(stamps)" '200 complete false false true'
modern completion/complete '"ref":{"type":"ref/prompt","name":"good__greet"},"argument":{"name":"name","value":"al"}'
is 'completion/complete' "$http $(get '.result.completion.values | tojson')" '200 ["alice","alfred"]'
is 'completion/complete: stamps' "$(stamps)" 'complete false false true'
modern completion/complete '"ref":{"type":"ref/resource","uri":"fake://item/{id}"},"argument":{"name":"id","value":"1"}'
is 'completion of a template' "$http $(get '.result.completion.values | tojson')" '200 ["1","10"]'
modern tools/list '"cursor":""'
is 'a cursor that was never given' "$(get .error.code)" -32602

# ---- the ladder, in its order, each with its status, code and id
for id in 1 '"one"'; do
    post '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/list","params":{'"$(meta)"'}}' -H 'Mcp-Method: tools/list'
    gate "no version header, id $id" 400 -32020 "$id"
    post '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/list","params":{'"$(meta)"'}}' -H 'MCP-Protocol-Version: 2025-11-25' -H 'Mcp-Method: tools/list'
    gate "another version header, id $id" 400 -32020 "$id"
    post '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"v999.0.0","io.modelcontextprotocol/clientCapabilities":{}}}}' -H 'MCP-Protocol-Version: v999.0.0' -H 'Mcp-Method: tools/list'
    gate "a version that nobody has, id $id" 400 -32022 "$id"
    is 'and what was asked for, and what there is' "$(get '.error.data | "\(.requested) \(.supported | tojson)"')" 'v999.0.0 ["2026-07-28"]'
    post '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2025-11-25","io.modelcontextprotocol/clientCapabilities":{}}}}' -H 'MCP-Protocol-Version: 2025-11-25' -H 'Mcp-Method: tools/list'
    gate "a legacy version in _meta, id $id" 400 -32022 "$id"
    post '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/list","params":{'"$(meta)"'}}' -H 'MCP-Protocol-Version: 2026-07-28'
    gate "no Mcp-Method, id $id" 400 -32020 "$id"
    raw tools/call '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/list","params":{'"$(meta)"'}}'
    gate "another Mcp-Method, id $id" 400 -32020 "$id"
    raw Tools/List '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/list","params":{'"$(meta)"'}}'
    gate "values are case-sensitive, id $id" 400 -32020 "$id"
    for method in initialize ping logging/setLevel resources/subscribe resources/unsubscribe no/such notifications/x sampling/createMessage roots/list; do
        raw $method '{"jsonrpc":"2.0","id":'"$id"',"method":"'$method'","params":{'"$(meta)"'}}'
        gate "$method under a modern envelope, id $id" 404 -32601 "$id"
    done
    raw tools/list '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}'
    gate "no clientCapabilities, id $id" 400 -32602 "$id"
    raw tools/list '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}}'
    gate "no protocolVersion, id $id" 400 -32602 "$id"
    raw tools/list '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/list","params":{}}'
    gate "no _meta, id $id" 400 -32602 "$id"
    raw tools/list '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/list"}'
    gate "no params, id $id" 400 -32602 "$id"
    raw tools/call '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/call","params":{"name":"good__tool1",'"$(meta)"'}}'
    gate "no Mcp-Name, id $id" 400 -32020 "$id"
    raw tools/call '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/call","params":{"name":"good__tool1",'"$(meta)"'}}' -H 'Mcp-Name: good__tool2'
    gate "another Mcp-Name, id $id" 400 -32020 "$id"
    raw resources/read '{"jsonrpc":"2.0","id":'"$id"',"method":"resources/read","params":{"uri":"fake://text",'"$(meta)"'}}' -H 'Mcp-Name: text'
    gate "Mcp-Name of resources/read is the URI, id $id" 400 -32020 "$id"
    raw prompts/get '{"jsonrpc":"2.0","id":'"$id"',"method":"prompts/get","params":{"name":"good__plain",'"$(meta)"'}}'
    gate "no Mcp-Name for prompts/get, id $id" 400 -32020 "$id"
    raw tools/call '{"jsonrpc":"2.0","id":'"$id"',"method":"tools/call","params":{"name":"no_such",'"$(meta)"'}}' -H 'Mcp-Name: no_such'
    gate "an unknown tool, id $id" 200 -32602 "$id"
    raw resources/read '{"jsonrpc":"2.0","id":'"$id"',"method":"resources/read","params":{"uri":"no://such",'"$(meta)"'}}' -H 'Mcp-Name: no://such'
    gate "an unknown resource, id $id" 200 -32602 "$id"
    is 'and it is named' "$(get .error.data.uri)" no://such
    raw resources/read '{"jsonrpc":"2.0","id":'"$id"',"method":"resources/read","params":{"uri":"fake://item/",'"$(meta)"'}}' -H 'Mcp-Name: fake://item/'
    gate "an unknown resource that a server is asked for, id $id" 200 -32602 "$id"
    is 'and it is named as well' "$(get .error.data.uri)" fake://item/
done
raw tools/call '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"good__tool1","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/logLevel":"loud"}}}' -H 'Mcp-Name: good__tool1'
gate 'an unknown logLevel' 400 -32602 1
raw tools/list '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$(meta)"'}}'
is 'clientInfo is not needed' "$http $(get .result.resultType)" '200 complete'
raw tools/list '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$(meta)"'}}' -H 'Mcp-Session-Id: nonsense' -H 'Last-Event-ID: 1-1'
is 'a session id is ignored' "$http $(get .result.resultType)" '200 complete'
post '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$(meta)"'}}' -H 'mcp-PROTOCOL-version:   2026-07-28  ' -H 'MCP-METHOD: tools/list'
is 'header names in any case, blanks around' "$http $(get .result.resultType)" '200 complete'
raw tools/list '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$(meta)"'}}' -H 'MCP-Protocol-Version: 2026-07-28'
gate 'a header given twice' 400 -32020 1
raw notifications/cancelled '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,'"$(meta)"'}}'
is 'a notification' "$http [$body]" '202 []'
request -X GET -H 'Accept: text/event-stream' -H 'MCP-Protocol-Version: 2026-07-28' "$url/mcp"
is 'GET is none of this revision' "$(case $http in 400 | 405) echo refused ;; *) echo "$http" ;; esac)" refused
raw tools/list '[{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$(meta)"'}}]'
is 'nor are batches' "$http $(get .error.code)" '400 -32600'
modern_call now__ask
is 'a capability that the client lacks' "$http $(get '"\(.error.code) \(.error.data.requiredCapabilities | tojson)"')" '400 -32021 {"sampling":{}}'

# ---- Base64 in Mcp-Name
b64() {
    printf '=?base64?%s?=' "$(printf '%s' "$1" | base64 -w0)"
}
named() {
    raw tools/call '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"'"$2"'",'"$(meta)"'}}' -H "Mcp-Name: $1"
}
named "$(b64 good__tool1)" good__tool1
is 'a name in Base64' "$http $(get .result.resultType)" '200 complete'
named "$(b64 'naïve ✓')" 'naïve ✓'
gate 'text that is not ASCII agrees' 200 -32602 1
named "$(b64 good__tool2)" good__tool1
gate 'Base64 of another name' 400 -32020 1
for bad in '=?base64?Z29vZA?=' '=?base64?Z29v ZA==?=' '=?base64?Z===?=' '=?base64?/_8=?=' '=?base64?//8=?='; do
    named "$bad" good
    gate "malformed: $bad" 400 -32020 1
done
named '=?BASE64?eA==?=' x
gate 'the marker is lower-case: this is literal' 400 -32020 1
named '=?base64?eA==' '=?base64?eA=='
gate 'without both markers it is literal' 200 -32602 1
raw resources/read '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"fake://item/\u0041",'"$(meta)"'}}' -H 'Mcp-Name: fake://item/A'
is 'escapes of the body are decoded before they are compared' "$http $(get '.result.contents[0].text')" '200 A'

# ---- progress and log messages, on the request'\''s own stream alone
raw tools/call '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"steps__tool1",'"$(meta '"progressToken":"t"')"'}}' -H 'Mcp-Name: steps__tool1'
is 'progress, then the answer' "$(sed -n 's/^data: *//p' "$work/body" | jq -rn '[inputs | .params.progress // .result.resultType] | tojson')" '[1,2,3,"complete"]'
is 'no log messages without logLevel' "$(grep -c notifications/message "$work/body")" 0
like 'proxies do not buffer it' "$head" 'X-Accel-Buffering: no'
unlike 'and it has no event ids' "$(cat "$work/body")" 'id: '
raw tools/call '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"steps__tool1",'"$(meta '"io.modelcontextprotocol/logLevel":"info"')"'}}' -H 'Mcp-Name: steps__tool1'
is 'log messages with logLevel' "$(grep -c notifications/message "$work/body")" 2
raw tools/call '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"steps__tool1",'"$(meta '"io.modelcontextprotocol/logLevel":"error"')"'}}' -H 'Mcp-Name: steps__tool1'
is 'not below that level' "$(grep -c notifications/message "$work/body")" 0
unlike 'no key of this revision reaches a legacy server' "$(cat "$work"/state/mcpctl/logs/steps-*.log | grep -v server/discover)" "$meta_key"

# ---- no requests of servers: parked.t has the rest
raw tools/call '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"form__ask",'"$(meta '' '{"elicitation":{"form":{}}}')"'}}' -H 'Mcp-Name: form__ask'
is 'a server that asks is asked for in the answer' "$http $(get '"\(.id) \(.result.resultType)"')" '200 1 input_required'
is 'and no request reaches the client' "$(get 'has("method")')" false

# ---- a client that goes away cancels
stream away -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: stuck__tool1' \
    --data '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"stuck__tool1",'"$(meta)"'}}' "$url/mcp"
wait_for 'the call is at the server' traced stuck '"name":"tool1"'
wire_id=$(grep -hF '"name":"tool1"' "$work"/state/mcpctl/logs/stuck-*.log | jq .id)
stream_close away
wait_for 'the server is told' traced stuck "notifications/cancelled\",\"params\":{\"requestId\":$wire_id" && pass 'a client that goes away cancels its call at the server'

# ---- subscriptions/listen
listen() {
    listen_name=$1 listen_id=$2 listen_filter=$3
    stream "$listen_name" -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: subscriptions/listen' \
        --data '{"jsonrpc":"2.0","id":'"$listen_id"',"method":"subscriptions/listen","params":{"notifications":'"$listen_filter"','"$(meta)"'}}' "$url/mcp"
    wait_for "$listen_name: the acknowledgement" saw "$listen_name" '.method == "notifications/subscriptions/acknowledged"'
}
listen one 7 '{"toolsListChanged":true,"promptsListChanged":false,"resourceSubscriptions":["fake://counter","no://such"],"unknown":true}'
is 'acknowledged first, with what is honoured' "$(messages one | head -1 | jq -c .params.notifications)" '{"toolsListChanged":true,"resourceSubscriptions":["fake://counter"]}'
listen two '"7"' '{"promptsListChanged":true,"resourcesListChanged":true}'
is 'acknowledged' "$(messages two | head -1 | jq -c .params.notifications)" '{"promptsListChanged":true,"resourcesListChanged":true}'
listen three '"x"' '{"toolsListChanged":true}'
before=$(date +%s%N)
modern_call good__change
wait_for 'the change of a legacy server' saw one '.method == "notifications/tools/list_changed"'
after=$(date +%s%N)
ok "within 300 ms of it ($(((after - before) / 1000000)) ms with the call)" test $(((after - before) / 1000000)) -lt 600
wait_for 'the other listener too' saw three '.method == "notifications/tools/list_changed"'
modern_call now__change
modern_call good__count
wait_for 'an update' saw one '.method == "notifications/resources/updated" and .params.uri == "fake://counter"'
is 'nobody else gets it' "$(how_many two .method) $(how_many three '.method == "notifications/resources/updated"')" '1 0'
is 'each message is tagged with the id, a number' "$(messages one | jq -cn '[inputs | .params._meta["io.modelcontextprotocol/subscriptionId"]] | unique')" '[7]'
is 'each message is tagged with the id, a string' "$(messages three | jq -cn '[inputs | .params._meta["io.modelcontextprotocol/subscriptionId"]] | unique')" '["x"]'
raw subscriptions/listen '{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{'"$(meta)"'}}'
is 'listen without notifications' "$(get .error.code)" -32602
reaches 'the legacy server was subscribed to' good '"method":"resources/subscribe"'
stream_close one
wait_for 'a listener that goes away unsubscribes' traced good '"method":"resources/unsubscribe"' && pass 'a listener that goes away unsubscribes'
ok 'down' mc down --all
wait_for 'listens end with the hub' stream_ended three
is 'with a result' "$(messages three | tail -1 | jq -c '[.id, .result.resultType, .result._meta["io.modelcontextprotocol/subscriptionId"]]')" '["x","complete","x"]'
is 'typed' "$(messages two | tail -1 | jq -c '[.id, .result.resultType, .result._meta["io.modelcontextprotocol/subscriptionId"]]')" '["7","complete","7"]'
is 'curl ended well' "$(cat "$work/three.code")" 0
e2e_done
