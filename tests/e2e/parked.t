#!/bin/sh
# Clients of 2026-07-28 at servers that ask during a call: the call is parked, the client is asked in the answer, its retry goes on with it.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo parked)
# "both" asks two things at once, "rounds" one after the other and tells its progress, "quits" withdraws its question and answers, "ends" asks
# and answers without waiting, when it may, "maybe" can do without an answer, "must" cannot, "hangs" never ends.
gate ends
cat >"$work/asker" <<'TEXT'
#!/bin/sh
tool() { printf '{"name":"%s","inputSchema":{"type":"object"}}' "$1"; }
text() { jq -cn --argjson id "$1" --arg text "$2" '{jsonrpc:"2.0",id:$id,result:{content:[{type:"text",text:$text}]}}'; }
form() { printf '{"jsonrpc":"2.0","id":"%s","method":"elicitation/create","params":{"message":"%s","requestedSchema":{"type":"object","properties":{}}}}\n' "$1" "$2"; }
sample() { printf '{"jsonrpc":"2.0","id":"%s","method":"sampling/createMessage","params":{"messages":[],"maxTokens":1,"_meta":{"progressToken":9,"k":1.0}}}\n' "$1"; }
progress() { [ -z "$token" ] || printf '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%s,"progress":%s}}\n' "$token" "$1"; }
while IFS= read -r line; do
    printf '%s\n' "$line" >&2
    id=$(printf '%s' "$line" | jq -c .id)
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}\n' "$id" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s,%s,%s,%s,%s,%s,%s]}}\n' "$id" "$(tool must)" "$(tool hangs)" "$(tool both)" "$(tool rounds)" "$(tool quits)" "$(tool ends)" "$(tool maybe)" ;;
    *'"name":"both"'*) call=$id one='' two=''; sample b1; form b2 'two' ;;
    *'"id":"b1"'*) one=$line; [ -z "$two" ] || text "$call" "$one$two" ;;
    *'"id":"b2"'*) two=$line; [ -z "$one" ] || text "$call" "$one$two" ;;
    *'"name":"rounds"'*)
        call=$id token=$(printf '%s' "$line" | jq -c '.params._meta.progressToken // empty')
        progress 1
        form r1 first
        ;;
    *'"id":"r1"'*) said=$line; progress 2; form r2 second ;;
    *'"id":"r2"'*) progress 3; text "$call" "$said$line" ;;
    *'"name":"quits"'*)
        form q1 never
        printf '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q1"}}\n'
        text "$id" 'without you'
        ;;
    *'"name":"ends"'*) form e1 late; read -r _ <"${0%/*}/ends.gate"; text "$id" 'in the meantime' ;;
    *'"name":"maybe"'*) call=$id; sample m1 ;;
    *'"id":"m1"'*) text "$call" "$line" ;;
    *'"name":"must"'*) call=$id; sample m2; form m3 x ;;
    *'"id":"m3"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"isError":true,"content":[]}}\n' "$call" ;;
    *'"name":"hangs"'*) form h1 x ;;
    esac
done
TEXT
chmod +x "$work/asker"
servers "$repo" \
    "sample=$fakeserver --trace --ask sampling" \
    "form=$fakeserver --trace --ask elicitation" \
    "link=$fakeserver --trace --ask elicitation-url" \
    "roots=$fakeserver --trace --ask roots" \
    "now=$fakeserver --era modern --ask elicitation" \
    "asker=$work/asker"
hub_up "$repo" || { e2e_done; exit; }
all_ready

io=io.modelcontextprotocol
everything='{"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}},"roots":{}}'
# ask ID TOOL [CAPABILITIES [MEMBERS [META]]] [CURL-OPTION...]: a tools/call; MEMBERS of params, META of _meta, each with the comma before it
ask() {
    ask_id=$1 ask_tool=$2 ask_caps=${3:-$everything} ask_members=${4:-} ask_meta=${5:-}
    for _ in 1 2 3 4 5; do [ $# -eq 0 ] || shift; done
    post '{"jsonrpc":"2.0","id":'"$ask_id"',"method":"tools/call","params":{"name":"'"$ask_tool"'","arguments":{"a":[1,{"b":"c d"}]}'"$ask_members"',"_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":'"$ask_caps$ask_meta"'}}}' \
        -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H "Mcp-Name: $ask_tool" "$@"
}
state() {
    get .result.requestState
}
# retry RESPONSES: the members of a retry that belongs to the last answer
retry() {
    printf ',"inputResponses":%s,"requestState":"%s"' "$1" "$(state)"
}
said() {
    get '.result.content[0].text'
}
accept='{"action":"accept","content":{"name":"Ada"}}'
sampled='{"role":"assistant","model":"m","content":{"type":"text","text":"42"}}'

# ---- each kind of request
ask 1 form__ask
is 'the answer asks' "$http $(get '"\(.id) \(.result.resultType) \(.result.inputRequests | length)"')" '200 1 input_required 1'
is 'what the server asked' "$(get '.result.inputRequests["input-1"] | "\(keys) \(.method) \(.params.message)"')" '["method","params"] elicitation/create What is your name?'
is 'nothing says how long it may be kept' "$(get '.result | has("ttlMs") or has("cacheScope")')" false
is 'and it is JSON' "$(printf '%s' "$head" | grep -ci '^content-type: application/json')" 1
ask '"two"' form__ask "$everything" "$(retry '{"input-1":'"$accept"',"other":7}')"
is 'the retry gets the answer under its own id' "$http $(get '"\(.id) \(.result.resultType)"')" '200 two complete'
is 'with the value as it was given, and unknown keys ignored' "$(said)" "$accept"
ask 3 sample__ask
is 'sampling' "$(get '.result.inputRequests["input-1"].method')" sampling/createMessage
ask 4 sample__ask "$everything" "$(retry '{"input-1":'"$sampled"'}')"
is 'sampling: the answer' "$(said)" "$sampled"
ask 5 roots__ask
is 'roots' "$(get '.result.inputRequests["input-1"].method')" roots/list
ask 6 roots__ask "$everything" "$(retry '{"input-1":{"roots":[{"uri":"file:///mine"}]}}')"
is 'roots: the answer' "$(said)" '{"roots":[{"uri":"file:///mine"}]}'
ask 7 link__ask
is 'a URL, without the id that this revision does not have' "$(get '.result.inputRequests["input-1"].params | "\(.mode) \(.url) \(has("elicitationId"))"')" 'url https://example.com/sign-in false'
ask 8 link__ask "$everything" "$(retry '{"input-1":{"action":"decline"}}')"
is 'a no is a no' "$(said)" '{"action":"decline"}'

# ---- several at once, several rounds, some of them missing
ask 10 asker__both
is 'two requests in one answer' "$(get '[.result.inputRequests[].method] | sort | join(" ")')" 'elicitation/create sampling/createMessage'
like 'members of the server pass, its progress token does not' "$body" '"_meta":{"k":1.0}'
ask 11 asker__both "$everything" "$(retry '{"input-2":'"$accept"'}')"
is 'what is missing is asked again' "$(get '"\(.id) \(.result.resultType) \(.result.inputRequests | keys | join(" "))"')" '11 input_required input-1'
ask 12 asker__both "$everything" "$(retry '{}')"
is 'and again' "$(get '"\(.id) \(.result.resultType) \(.result.inputRequests | keys | join(" "))"')" '12 input_required input-1'
ask 13 asker__both "$everything" ',"requestState":"'"$(state)"'"'
is 'also without inputResponses' "$(get '"\(.id) \(.result.resultType)"')" '13 input_required'
ask 14 asker__both "$everything" "$(retry '{"input-1":'"$sampled"'}')"
is 'both answers reach the server, each for its own request' "$(said)" '{"jsonrpc":"2.0","id":"b1","result":'"$sampled"'}{"jsonrpc":"2.0","id":"b2","result":'"$accept"'}'
ask 20 asker__rounds "$everything" '' ',"progressToken":"p"'
is 'the first round' "$(get '.result.inputRequests[].params.message')" first
is 'with the progress so far' "$(grep -c '"progressToken":"p","progress":1' "$work/body")" 1
first=$(state)
ask 21 asker__rounds "$everything" "$(retry '{"input-1":'"$accept"'}')" ',"progressToken":77'
is 'the second round' "$(get '"\(.id) \(.result.inputRequests | tojson)"')" '21 {"input-2":{"method":"elicitation/create","params":{"message":"second","requestedSchema":{"type":"object","properties":{}}}}}'
is 'progress goes on under the new token' "$(grep -c '"progressToken":77,"progress":2' "$work/body")" 1
second=$(state)
ask 26 asker__rounds "$everything" ',"inputResponses":{"input-2":'"$accept"'},"requestState":"'"$first"'"'
is 'the state of a round that is over' "$http $(get '"\(.id) \(.error.code)"')" '200 26 -32602'
ask 22 asker__rounds "$everything" ',"inputResponses":{"input-2":{"action":"cancel"}},"requestState":"'"$second"'"' ',"progressToken":78'
is 'the end' "$(get .id) $(said)" '22 {"jsonrpc":"2.0","id":"r1","result":'"$accept"'}{"jsonrpc":"2.0","id":"r2","result":{"action":"cancel"}}'
is 'progress, the last token' "$(grep -c '"progressToken":78,"progress":3' "$work/body")" 1
ask 23 asker__quits
is 'a question that is withdrawn is not asked' "$(said)" 'without you'
ask 24 asker__ends
is 'a call whose server does not wait' "$(get .result.resultType)" input_required
go ends
wait_for 'its question is answered by nobody' traced asker '"id":"e1"'
ok 'which is no yes' traced asker '"id":"e1","result":{"action":"cancel"}'
ask 25 asker__ends "$everything" "$(retry '{"input-1":'"$accept"'}')"
is 'its answer is kept for the retry' "$(get .id) $(said)" '25 in the meantime'

# ---- hostile and mistaken states
not_good() {
    is "$1: -32602" "$http $(get '"\(.id) \(.error.code)"')" "200 $2 -32602"
    unlike "$1: nothing leaks" "$body" 'Ada'
}
ask 30 form__ask
kept=$(state)
changed=$(printf '%s' "$kept" | sed 's/.$/!/; s/^\(.\{30\}\)./\1_/')
ask 31 form__ask "$everything" ',"inputResponses":{"input-1":'"$accept"'},"requestState":"'"$changed"'"'
not_good 'a changed state' 31
ask 32 form__ask "$everything" ',"inputResponses":{"input-1":'"$accept"'},"requestState":"made up"'
not_good 'a made-up state' 32
ask 33 form__ask "$everything" ',"inputResponses":{"input-1":'"$accept"'},"requestState":17'
not_good 'a state that is no string' 33
ask 34 sample__ask "$everything" ',"inputResponses":{"input-1":'"$accept"'},"requestState":"'"$kept"'"'
not_good 'the state of another tool' 34
ask 35 asker__both "$everything" ',"inputResponses":{"input-1":'"$accept"'},"requestState":"'"$kept"'"'
not_good 'the state of another server' 35
post '{"jsonrpc":"2.0","id":36,"method":"tools/call","params":{"name":"form__ask","arguments":{"a":[1,{"b":"cd"}]},"inputResponses":{"input-1":'"$accept"'},"requestState":"'"$kept"'","_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":{}}}}' \
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H "Mcp-Name: form__ask"
not_good 'other arguments' 36
post '{"jsonrpc":"2.0","id":37,"method":"tools/call","params":{"name":"form__ask","arguments":{"a":[1,{"b":"c d"}]},"inputResponses":{"input-1":'"$accept"'},"requestState":"'"$kept"'","_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":{}}}}' \
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H "Mcp-Name: form__ask" "$url/w/parked/mcp"
is 'the same endpoint by its long name is the same' "$(get .id) $(said)" "37 $accept"
ask 38 form__ask "$everything" ',"inputResponses":{"input-1":'"$accept"'},"requestState":"'"$kept"'"'
not_good 'a state that was used' 38
reaches 'the server was asked for one answer' form '"result":{"action":"accept"' 2
ask 40 form__ask
kept=$(state)
post '{"jsonrpc":"2.0","id":41,"method":"tools/call","params":{"name":"ask","arguments":{"a":[1,{"b":"c d"}]},"inputResponses":{"input-1":'"$accept"'},"requestState":"'"$kept"'","_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":{}}}}' \
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H "Mcp-Name: ask" "$url/s/form/mcp"
not_good 'another endpoint' 41
for bad in '[]' '"x"' 7 null; do
    ask 42 form__ask "$everything" ',"inputResponses":'"$bad"',"requestState":"'"$kept"'"'
    not_good "inputResponses that are $bad" 42
done
for bad in '"x"' '{}' '{"action":"perhaps"}' 'null'; do
    ask 43 form__ask "$everything" ',"inputResponses":{"input-1":'"$bad"'},"requestState":"'"$kept"'"'
    not_good "an answer that is $bad" 43
done
post '{ "jsonrpc" : "2.0" , "id" : 44 , "method" : "tools/call" , "params" : { "name" : "form__ask" , "arguments" : { "a" : [ 1 , { "b" : "c d" } ] } ,
 "inputResponses" : { "input-1" : { "action" :
 "accept" } } , "requestState" : "'"$kept"'" , "_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":{}}}}' \
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H "Mcp-Name: form__ask"
is 'white space is no other parameter, and mistakes did not use the state up' "$(get .id) $(get '.result.content[0].text | fromjson | .action')" '44 accept'
ask 45 now__ask
theirs=$(state)
is 'a modern server asks itself' "$(get .result.resultType)" input_required
ask 46 now__ask "$everything" ',"inputResponses":{"question":'"$accept"'},"requestState":"'"$theirs"'"'
is 'and its state is its own' "$(said)" "$accept"
ask 47 form__ask "$everything" ',"inputResponses":{"question":'"$accept"'},"requestState":"'"$theirs"'"'
not_good 'the state of a modern server at a legacy one' 47

# ---- capabilities: those of this very request
ask 50 asker__must '{}'
is 'what is not declared is missing, where the server cannot do without' "$http $(get '"\(.id) \(.error.code) \(.error.data | tojson)"')" \
    '400 50 -32021 {"requiredCapabilities":{"sampling":{},"elicitation":{"form":{}}}}'
ask 51 asker__maybe '{"elicitation":{}}'
like 'a server that can do without goes on' "$http $(said)" 'does not have the capability sampling'
ask 52 link__ask '{"elicitation":{}}'
like 'an empty elicitation means forms alone' "$(said)" 'does not have the capability elicitation.url'
ask 53 form__ask '{"elicitation":{}}'
is 'and forms it means' "$(get .result.resultType)" input_required
ask 54 form__ask '{"elicitation":{}}' "$(retry '{"input-1":{"action":"accept"}}')"
is 'answered' "$(said)" '{"action":"accept"}'
ask 55 roots__ask '{}'
like "roots of a client without any are the workspace's" "$(said)" "file://$repo"

# ---- a client that was asked may stay away; one that is there and goes cancels
ask 60 asker__hangs
is 'nothing is cancelled by being asked' "$(trace_count asker notifications/cancelled)" 0
stream held -H 'Content-Type: application/json' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: asker__hangs' \
    --data '{"jsonrpc":"2.0","id":61,"method":"tools/call","params":{"name":"asker__hangs","arguments":{"a":[1,{"b":"c d"}]}'"$(retry '{"input-1":'"$accept"'}')"',"_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":{}}}}' "$url/mcp"
wait_for 'the retry is with the server' traced asker '"id":"h1","result"'
stream_close held
wait_for 'the server is told' traced asker notifications/cancelled && pass 'a client that goes away after its retry cancels the call'

# ---- a hub that was started anew knows nothing of what was asked before
ask 70 form__ask
is 'asked' "$(get .result.resultType)" input_required
lost=$(retry '{"input-1":'"$accept"'}')
mc down --all >/dev/null 2>&1
hub_up "$repo" || { e2e_done; exit; }
ask 71 form__ask "$everything" "$lost"
is 'its state is refused' "$http $(get '"\(.id) \(.error.code)"')" '200 71 -32602'
like 'and what to do is said' "$(get .error.message)" 'send the request anew'
ask 72 form__ask
is 'anew it is asked' "$(get .result.resultType)" input_required
e2e_done
