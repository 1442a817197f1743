#!/bin/sh
# What a policy says of calls: deny, ask a person, and all of that later. The hub is the real one with a policy that has opinions (tests/helper/policyhub.c).
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"
[ -x "$top_builddir/tests/helper/policyhub" ] || skip_all 'tests/helper/policyhub is not built'
MCPCTL_LIBEXECDIR=$(cd "$top_builddir" && pwd)
export MCPCTL_LIBEXECDIR
mc() {
    "$top_builddir/tests/helper/policyhub" "$@"
}

repo=$(new_repo policy)
# Answers each tools/call with its arguments, and each resources/read with the URI, but "owner" alone knows one.
cat >"$work/tools" <<'TEXT'
#!/bin/sh
tool() { printf '{"name":"%s","inputSchema":{"type":"object"}}' "$1"; }
while IFS= read -r line; do
    printf '%s\n' "$line" >&2
    id=$(printf '%s' "$line" | jq -c .id)
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{}},"serverInfo":{"name":"s","version":"1"}}}\n' "$id" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s,%s,%s,%s,%s,%s]}}\n' "$id" \
        "$(tool plain)" "$(tool forbidden)" "$(tool 'con\u0073ent')" "$(tool later)" "$(tool later-consent)" "$(tool release)" ;;
    *resources/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resources":[]}}\n' "$id" ;;
    *resources/templates/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resourceTemplates":[]}}\n' "$id" ;;
    *resources/read*)
        if [ "$1" = owner ]; then
            printf '{"jsonrpc":"2.0","id":%s,"result":{"contents":[{"uri":"x:it","text":"here"}]}}\n' "$id"
        else
            printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32002,"message":"no"}}\n' "$id"
        fi
        ;;
    *tools/call*) printf '%s' "$line" | jq -c '{jsonrpc:"2.0",id,result:{content:[{type:"text",text:(.params.arguments | tojson)}]}}' ;;
    esac
done
TEXT
chmod +x "$work/tools"
servers "$repo" "desk=$work/tools desk" "forbidden-too=$work/tools none" "owner=$work/tools owner" \
    "consent-now=$fakeserver --era modern --trace --ask elicitation" "consent-old=$fakeserver --trace --ask elicitation"
(cd "$repo" && mc trust) >/dev/null 2>&1
mc hub run --port 0 -v -v >"$work/hub.out" 2>"$work/hub.err" &
hub=$!
wait_for 'the hub is there' test -s "$work/hub.out"
(cd "$repo" && mc up -d) >"$work/up.out" 2>&1 || diag "$(cat "$work/up.out")"
hub_address
all_ready

# events ID-OF-THE-CALL: its start and end events, of a word that stands in the arguments; they are told apart by the tool
events() {
    grep ' debug: call: ' "$work/hub.err" | grep -F "$1" | sed 's/.*: \(failed\|fine\) after .*/\1/; /^\(failed\|fine\)$/!s/.*/begun/' | tr '\n' ' ' | sed 's/ $//'
}
io=io.modelcontextprotocol
form='{"elicitation":{"form":{}}}'
# ask ID TOOL [CAPABILITIES [MEMBERS]]: a modern tools/call
ask() {
    post '{"jsonrpc":"2.0","id":'"$1"',"method":"tools/call","params":{"name":"'"$2"'","arguments":{"a":[1,"ä"]}'"${4:-}"',"_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":'"${3:-$form}"'}}}' \
        -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H "Mcp-Name: $2"
}
retry() {
    printf ',"inputResponses":%s,"requestState":"%s"' "$1" "$(get .result.requestState)"
}
text_of() {
    messages "$1" | jq -r 'select(.id and (.method | not)) | .result.content[0].text // .error.message // empty'
}
asked() {
    saw "$1" '.method == "elicitation/create"'
}
# say STREAM CLIENT RESULT: answers what the stream asked
say() {
    in_session "$2" '{"jsonrpc":"2.0","id":'"$(messages "$1" | jq -c 'select(.method == "elicitation/create") | .id' | tail -1)"','"$3"'}'
}

# ---- allow, deny
ask 1 desk__plain
is 'what is allowed goes through' "$(get '.result.content[0].text')" '{"a":[1,"ä"]}'
is 'with one start and one end' "$(events desk__plain)" 'begun fine'
ask 2 desk__forbidden
is 'what is denied does not' "$(get '"\(.error.data.reason) \(.error.message)"')" 'denied the policy does not allow this call: its name says so'
is 'nor does it reach the server' "$(trace_count desk '"forbidden"')" 0
is 'and that is one start and one end, too' "$(events desk__forbidden)" 'begun failed'
post '{"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"x:it","_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":{}}}}' \
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: resources/read' -H 'Mcp-Name: x:it'
is 'a resource that nobody lists is looked for where it is allowed' "$(get '.result.contents[0].text') $(trace_count forbidden-too resources/read)" 'here 0'
is 'and is one call wherever it was looked for' "$(events resources/read)" 'begun fine'

# ---- a modern client is asked in the answer
ask 10 desk__consent
is 'the answer asks' "$http $(get '"\(.id) \(.result.resultType) \(.result.inputRequests["input-1"].method)"')" '200 10 input_required elicitation/create'
is 'it says what is to be allowed, and why' "$(get '.result.inputRequests["input-1"].params | "\(.requestedSchema | tojson) \(.message)"')" \
    '{"type":"object","properties":{}} May this call be made? tools/call consent at server desk, with {"a":[1,"ä"]}. The policy asks first: its name says so'
is 'and nothing is at the server' "$(trace_count desk '\u0073ent","arg')" 0
kept=$(get .result.requestState)
ask 11 desk__consent "$form" "$(retry '{}')"
is 'no answer is none' "$(get '"\(.id) \(.result.resultType)"')" '11 input_required'
again=$(get .result.requestState)
ask 12 desk__consent "$form" ',"inputResponses":{"input-1":{"action":"accept"}},"requestState":"'"$kept"'"'
is 'a state is good for one retry' "$(get .error.code)" -32602
ask 13 desk__plain "$form" ',"inputResponses":{"input-1":{"action":"accept"}},"requestState":"'"$again"'"'
is 'and for its own call' "$(get .error.code)" -32602
ask 14 desk__consent "$form" ',"inputResponses":{"input-1":{"action":"accept"}},"requestState":"'"$again"'"'
is 'yes: the call goes on' "$(get '"\(.id) \(.result.resultType) \(.result.content[0].text)"')" '14 complete {"a":[1,"ä"]}'
reaches 'once' desk '\u0073ent","arg' 1
is 'without what the retry had for the hub' "$(grep -h 'u0073ent","arg' "$work"/state/mcpctl/logs/desk-*.log | grep -c -e inputResponses -e requestState)" 0
is 'as one call' "$(events desk__consent)" 'begun fine'
for no in decline cancel; do
    ask 20 desk__consent
    ask 21 desk__consent "$form" "$(retry '{"input-1":{"action":"'$no'"}}')"
    is "$no: denied" "$(get '"\(.id) \(.error.data.reason)"')" '21 denied'
done
ask 22 desk__consent '{}'
is 'who cannot be asked is told what is missing' "$http $(get '"\(.error.code) \(.error.data | tojson)"')" '400 -32021 {"requiredCapabilities":{"elicitation":{"form":{}}}}'
like 'and why' "$(get .error.message)" 'wants a person to allow this call (its name says so)'
is 'nothing of that reached the server' "$(trace_count desk '\u0073ent","arg')" 1
is 'each had its start and its end' "$(events desk__consent)" 'begun fine begun failed begun failed begun failed'

# ---- with servers that ask as well
ask 30 consent-old__ask
ask 31 consent-old__ask "$form" "$(retry '{"input-1":{"action":"accept"}}')"
is 'then a legacy server asks' "$(get '"\(.id) \(.result.inputRequests["input-2"].params.message)"')" '31 What is your name?'
ask 32 consent-old__ask "$form" "$(retry '{"input-2":{"action":"accept","content":{"name":"Ada"}}}')"
is 'and is answered' "$(get '"\(.id) \(.result.content[0].text)"')" '32 {"action":"accept","content":{"name":"Ada"}}'
ask 33 consent-now__ask
ask 34 consent-now__ask "$form" "$(retry '{"input-1":{"action":"accept"}}')"
is 'then a modern server asks' "$(get '"\(.id) \(.result.resultType) \(.result.inputRequests | keys | tojson)"')" '34 input_required ["question"]'
theirs=$(get .result.requestState)
answers=',"inputResponses":{"question":{"action":"accept","content":{"name":"Eve"}}},"requestState":"'"$theirs"'"'
ask 35 consent-now__ask "$form" "$answers"
is 'its retry is a call of its own' "$(get '.result.inputRequests["input-1"].params.message | split("?")[0]')" 'May this call be made'
ask 36 consent-now__ask "$form" "$(retry '{"input-1":{"action":"accept"}}')"
is "and brings the server's own state and answers" "$(get '"\(.id) \(.result.content[0].text)"')" '36 {"action":"accept","content":{"name":"Eve"}}'

# ---- a legacy client is asked on the stream of its call
client ada 2025-06-18 '{"elicitation":{}}'
client bob 2025-03-26
begin yes ada "$(call 1 desk__consent '{"word":"yes"}')"
wait_for 'ada is asked' asked yes
is 'the question' "$(messages yes | jq -r 'select(.method) | "\(.params | keys | tojson) \(.params.message)"')" \
    '["message","requestedSchema"] May this call be made? tools/call consent at server desk, with {"word":"yes"}. The policy asks first: its name says so'
in_session ada "$(call 2 desk__plain)"
is 'her other calls go on' "$(get '.result.content[0].text')" '{}'
is 'the call waits' "$(how_many yes '.id == 1 and (.method | not)')" 0
say yes ada '"result":{"action":"accept","content":{}}'
wait_for 'yes: the call goes on' stream_ended yes
is 'yes: the call goes on' "$(text_of yes)" '{"word":"yes"}'
for no in '"result":{"action":"decline"}' '"result":{"action":"cancel"}' '"result":{}' '"error":{"code":-32603,"message":"accept"}'; do
    begin no ada "$(call 3 desk__consent '{"word":"no"}')"
    wait_for 'ada is asked' asked no
    say no ada "$no"
    wait_for "$no: the call ends" stream_ended no
    like "$no is a no" "$(messages no | jq -r 'select(.error) | "\(.error.data.reason) \(.error.message)"')" 'denied the user'
done
in_session bob "$(call 4 desk__consent '{"word":"no"}')"
like 'who cannot be asked is told' "$(get '"\(.error.data.reason) \(.error.message)"')" 'denied the policy wants a person to allow this call (its name says so), and its client cannot ask one'
begin gone ada "$(call 5 desk__consent '{"word":"no"}')"
wait_for 'ada is asked' asked gone
in_session ada '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}'
wait_for 'a call that is cancelled ends' stream_ended gone
ok 'and so does the question' saw gone '.method == "notifications/cancelled"'
(cd "$repo" && mc restart desk) >/dev/null
all_ready
begin over ada "$(call 6 desk__consent '{"word":"over"}')"
wait_for 'ada is asked' asked over
(cd "$repo" && mc stop desk) >/dev/null
say over ada '"result":{"action":"accept"}'
wait_for 'a server that stopped meanwhile is started' stream_ended over
is 'a server that stopped meanwhile is started' "$(text_of over)" '{"word":"over"}'
is 'nothing that was not allowed reached the server' "$(trace_count desk '"word":"no"')" 0
# ---- policies that take their time
begin later ada "$(call 10 desk__later '{"word":"later"}')"
begin both ada "$(call 11 desk__later-consent '{"word":"both"}')"
begin never ada "$(call 12 desk__later '{"word":"never"}')"
begun() {
    [ "$(grep -c 'debug: call: .*desk__later[^:]*$' "$work/hub.err")" = "$1" ]
}
wait_for 'the policy thinks' begun 3
in_session ada '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":12}}'
wait_for 'a call that is cancelled meanwhile ends' stream_ended never
is 'the policy is told' "$(grep -c 'policy: forgot later' "$work/hub.err")" 1
is 'the others wait' "$(how_many later .) $(how_many both .)" '0 0'
in_session ada "$(call 13 desk__release)"
wait_for 'allowed: the call goes on' stream_ended later
is 'allowed: the call goes on' "$(text_of later)" '{"word":"later"}'
wait_for 'asked: so is ada' asked both
say both ada '"result":{"action":"accept"}'
wait_for 'and then it goes on' stream_ended both
is 'and then it goes on' "$(text_of both)" '{"word":"both"}'
is 'the cancelled one was never sent' "$(trace_count desk '"word":"never"')" 0

# ---- the end
begin left ada "$(call 20 desk__consent '{"word":"left"}')"
wait_for 'ada is asked' asked left
ask 21 desk__consent
is 'as many starts as ends, but for the two that wait' \
    "$(($(grep -c ' debug: call: .*[^s]$' "$work/hub.err") - $(grep -c ' debug: call: .* after .* us$' "$work/hub.err")))" 2
(cd "$repo" && mc down) >/dev/null 2>&1
wait_for 'with the workspace goes the call' stream_ended left
is 'and all have ended' "$(grep -c ' debug: call: .*[^s]$' "$work/hub.err")" "$(grep -c ' debug: call: .* after .* us$' "$work/hub.err")"
e2e_done
wait "$hub"
