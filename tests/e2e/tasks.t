#!/bin/sh
# Tasks of both designs: relayed between a client and a server of the same one, driven by the hub for everybody else. "old" is a server of 2025-11-25, "new" one
# of 2026-07-28, "plain" one without tasks, "lag" makes its task when the
# test lets it, or asks before it tells of it.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

node=$(echo "$top_srcdir"/tests/node_modules/node-linux-*/bin/node)
[ -x "$node" ] || node=$(command -v node)
{ [ -n "$node" ] && [ -d "$top_srcdir/tests/node_modules/@modelcontextprotocol/server" ]; } || skip_all 'tests/node_modules is not there'
fixtures=$(cd "$top_srcdir/tests/conformance" && pwd)

repo=$(new_repo tasks)
# What a server gets is in its log.
for design in 2025 2026; do
    printf '#!/bin/sh\ntee /dev/stderr | exec "%s" "%s/tasks-%s.mjs"\n' "$node" "$fixtures" "$design" >"$work/tasks-$design"
done
gate lag
cat >"$work/lag" <<TEXT
#!/bin/sh
while IFS= read -r line; do
    printf '%s\n' "\$line" >&2
    id=\$(printf '%s' "\$line" | jq -c .id)
    case \$line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "\$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"tasks":{"cancel":{},"requests":{"tools":{"call":{}}}}},"serverInfo":{"name":"lag","version":"1"}}}\n' "\$id" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"make","inputSchema":{"type":"object"},"execution":{"taskSupport":"required"}},{"name":"early","inputSchema":{"type":"object"},"execution":{"taskSupport":"required"}},{"name":"twice","inputSchema":{"type":"object"},"execution":{"taskSupport":"required"}},{"name":"broken","inputSchema":{"type":"object"},"execution":{"taskSupport":"required"}}]}}\n' "\$id" ;;
    *'"name":"early"'*)
        answer=
        printf '{"jsonrpc":"2.0","id":"e1","method":"elicitation/create","params":{"message":"early","requestedSchema":{"type":"object","properties":{}},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"early one"}}}}\n'
        printf '{"jsonrpc":"2.0","id":%s,"result":{"task":{"taskId":"early one","status":"working","ttl":null,"createdAt":"t","lastUpdatedAt":"t","pollInterval":100}}}\n' "\$id"
        ;;
    *'"id":"e1"'*) answer=\$line ;;
    *tasks/get*) printf '{"jsonrpc":"2.0","id":%s,"result":{"taskId":"early one","status":"%s","ttl":null,"createdAt":"t","lastUpdatedAt":"t"}}\n' "\$id" "\$([ -n "\$answer" ] && echo completed || echo working)" ;;
    *tasks/result*) jq -cn --argjson id "\$id" --arg text "\$answer" '{jsonrpc:"2.0",id:\$id,result:{content:[{type:"text",text:\$text}]}}' ;;
    *'"name":"twice"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"task":{"taskId":"same one","status":"working","ttl":null,"createdAt":"t","lastUpdatedAt":"t"}}}\n' "\$id" ;;
    *'"name":"broken"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"task":{"taskId":7,"status":"working"}}}\n' "\$id" ;;
    *tools/call*) read -r _ <"$work/lag.gate"; printf '{"jsonrpc":"2.0","id":%s,"result":{"task":{"taskId":"late one","status":"working","ttl":null,"createdAt":"t","lastUpdatedAt":"t"}}}\n' "\$id" ;;
    esac
done
TEXT
chmod +x "$work/tasks-2025" "$work/tasks-2026" "$work/lag"
servers "$repo" "old=$work/tasks-2025" "new=$work/tasks-2026" "plain=$fakeserver --trace" "lag=$work/lag"
hub_up "$repo" || { e2e_done; exit; }
all_ready

io=io.modelcontextprotocol
extension='{"extensions":{"'$io/tasks'":{}}}'
asking='{"elicitation":{},"extensions":{"'$io/tasks'":{}}}'
accept='{"action":"accept","content":{"confirm":true}}'
# of CAPABILITIES METHOD MEMBERS NAME [CURL-OPTION...]: a request of 2026-07-28
of() {
    of_caps=$1 of_method=$2 of_members=$3 of_name=$4
    shift 4
    post '{"jsonrpc":"2.0","id":"m","method":"'"$of_method"'","params":{'"$of_members"',"_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":'"$of_caps"'}}}' \
        -H 'MCP-Protocol-Version: 2026-07-28' -H "Mcp-Method: $of_method" -H "Mcp-Name: $of_name" "$@"
}
# about CAPABILITIES METHOD TASK [MEMBERS]: about a task
about() {
    of "$1" "$2" '"taskId":"'"$3"'"'"${4:+,$4}" "$3"
}
# task SESSION METHOD TASK: the same in a session
task() {
    in_session "$1" '{"jsonrpc":"2.0","id":"'"$2"'","method":"'"$2"'","params":{"taskId":"'"$3"'"}}'
}
said() {
    get '.result.content[0].text'
}
# begin_task SESSION TOOL ARGUMENTS [META]: sets $id
begin_task() {
    in_session "$1" '{"jsonrpc":"2.0","id":"begin","method":"tools/call","params":{"name":"'"$2"'","arguments":'"$3"',"task":{"ttl":60000}'"${4:+,\"_meta\":$4}"'}}'
    id=$(get .result.task.taskId)
}
# cancels SERVER N: has it been sent so many tasks/cancel?
cancels() {
    [ "$(trace_count "$1" '"method":"tasks/cancel"')" = "$2" ]
}
is_opaque() {
    printf '%s' "$id" | grep -qxE '[0-9a-f]{32}'
}

# ---- who is told that there are tasks
client a 2025-11-25 '{"elicitation":{}}'
post '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}'
is 'a client of 2025-11-25 is told of tasks' "$(get '.result.capabilities | [.tasks, .extensions] | tojson')" '[{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}},null]'
post '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}'
is 'one of 2025-06-18 is not' "$(get .result.capabilities.tasks)" null
post '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}' "$url/s/plain/mcp"
is 'nor where no server has any' "$(get .result.capabilities.tasks)" null
of '{}' server/discover '"x":1' ''
is 'one of 2026-07-28 is told of the extension' "$(get '.result.capabilities | [.tasks, .extensions] | tojson')" '[null,{"'$io/tasks'":{}}]'
of '{}' server/discover '"x":1' '' "$url/s/old/mcp"
is 'but not of that of a server of the other design' "$(get .result.capabilities.extensions)" null
client old 2025-06-18
in_session a '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
is 'no tool demands tasks of a legacy client' "$(get '[.result.tools[] | select(.execution) | [.name, .execution.taskSupport] | join(" ")] | join(",")')" \
    'old__greet forbidden,old__ask_later forbidden,old__slow_compute optional,old__failing_job optional,old__confirm_delete optional,lag__make optional,lag__early optional,lag__twice optional,lag__broken optional'
modern tools/list
is 'and none of the old design offers any to a modern one' "$(get '[.result.tools[] | select(.execution) | .execution.taskSupport] | unique | join(" ")')" forbidden

# ---- 2025-11-25 at 2025-11-25: relayed
standing ga a
begin_task a old__slow_compute '{"seconds":1.5,"label":"one"}' '{"progressToken":"p1"}'
ok 'a task is begun, under an id of the hub'\''s own' is_opaque
is 'in the words of the server' "$(get '.result.task | [.status, .ttl, .pollInterval] | tojson')" '["working",60000,100]'
first=$id
task a tasks/get "$first"
is 'tasks/get' "$(get '.result | [.taskId, .status] | tojson')" '["'"$first"'","working"]'
in_session a '{"jsonrpc":"2.0","id":2,"method":"tasks/list"}'
is 'tasks/list' "$(get '.result.tasks | map(.taskId) | tojson')" '["'"$first"'"]'
begin waits a '{"jsonrpc":"2.0","id":"r","method":"tasks/result","params":{"taskId":"'"$first"'"}}'
wait_for 'tasks/result ends' stream_ended waits
is 'tasks/result waits for the end, and names the task as the client knows it' \
    "$(messages waits | jq -c 'select(.id == "r") | .result | [.content[0].text, ._meta["'$io/related-task'"].taskId]')" '["computed one","'"$first"'"]'
# on the stream of tasks/result, or before it on the standing one
told() {
    saw waits "$1" || saw ga "$1"
}
ok 'progress goes on under the client'\''s token' told '.method == "notifications/progress" and .params.progressToken == "p1" and .params._meta["'$io/related-task'"].taskId == "'"$first"'"'
ok 'and the state is told, under the client'\''s id' told '.method == "notifications/tasks/status" and .params.taskId == "'"$first"'" and .params.status == "completed"'
is 'the server has got its own id, never that of the client' "$(traced old "$first" && echo leaked)" ''
in_session a '{"jsonrpc":"2.0","id":2,"method":"tasks/list"}'
is 'the list knows that it is over' "$(get '.result.tasks | map(.status) | tojson')" '["completed"]'
begin_task a old__confirm_delete '{"filename":"f"}'
second=$id
task a tasks/get "$second"
is 'a task that needs input says so' "$(get '.result | [.status, .statusMessage] | tojson')" '["input_required","needs a yes"]'
begin asked a '{"jsonrpc":"2.0","id":"r","method":"tasks/result","params":{"taskId":"'"$second"'"}}'
wait_for 'the question comes with tasks/result' saw asked '.method == "elicitation/create"'
is 'it names the task as the client knows it' "$(messages asked | jq -r 'select(.method == "elicitation/create") | .params._meta["'$io/related-task'"].taskId')" "$second"
is 'and comes on no other stream' "$(how_many ga '.method == "elicitation/create"')" 0
answer_id=$(messages asked | jq -c 'select(.method == "elicitation/create") | .id')
in_session a '{"jsonrpc":"2.0","id":'"$answer_id"',"result":{"action":"accept","content":{"confirm":true},"_meta":{"'$io/related-task'":{"taskId":"'"$second"'"}}}}'
wait_for 'tasks/result ends' stream_ended asked
is 'the answer reaches the task' "$(messages asked | jq -r 'select(.id == "r") | .result.content[0].text')" 'deleted f'
is 'which never hears of the client'\''s id' "$(traced old "$second" && echo leaked)" ''
begin_task a old__slow_compute '{"seconds":0.1}'
wait_for 'without a tasks/result the end is told on the standing stream' saw ga '.method == "notifications/tasks/status" and .params.taskId == "'"$id"'" and .params.status == "completed"' &&
    pass 'without a tasks/result the end is told on the standing stream'
begin_task a old__slow_compute '{"seconds":30}'
third=$id
task a tasks/cancel "$third"
is 'tasks/cancel' "$(get '.result | [.taskId, .status] | tojson')" '["'"$third"'","cancelled"]'
task a tasks/cancel "$third"
is 'what is over cannot be cancelled' "$(get .error.code)" -32602
in_session a "$(call 5 old__greet '{"name":"x"}' | sed 's/"params":{/"params":{"task":{},/')"
is 'a tool that makes no tasks' "$(get .error.code)" -32601
in_session a '{"jsonrpc":"2.0","id":5,"method":"tasks/update","params":{"taskId":"'"$third"'"}}'
is 'tasks/update is none of this design' "$(get .error.code)" -32601

# ---- whose tasks they are
client b 2025-11-25 '{"elicitation":{}}'
in_session b '{"jsonrpc":"2.0","id":2,"method":"tasks/list"}'
is 'another session does not see them' "$(get '.result.tasks | length')" 0
task b tasks/get 0123456789abcdef0123456789abcdef
is 'an id that nobody has' "$(get .error.code)" -32602
at=$url/s/old/mcp
client c 2025-11-25
in_session c '{"jsonrpc":"2.0","id":"g","method":"tasks/get","params":{"taskId":"'"$first"'"}}' "$url/s/old/mcp"
is 'at another endpoint they are unknown' "$(get .error.code)" -32602
unset at
about "$extension" tasks/get "$first"
is 'and so they are to a modern client' "$http $(get .error.code)" '200 -32602'
in_session old '{"jsonrpc":"2.0","id":5,"method":"tasks/get","params":{"taskId":"'"$first"'"}}'
is 'and to a revision that has none' "$(get .error.code)" -32601
of_client a
request -X DELETE -H "Mcp-Session-Id: $sid" "$url/mcp"
task b tasks/get "$first"
is 'a client goes on with its task in another session' "$(get '.result | [.taskId, .status] | tojson')" '["'"$first"'","completed"]'
client a 2025-11-25 '{"elicitation":{}}'

# ---- a plain call at a tool that demands tasks: the hub drives it
in_session a "$(call 10 old__failing_job)"
is '2025 at 2025, without tasks: the result, as if there were none' "$(get '.result | [.isError, .content[0].text, has("task")] | tojson')" '[true,"it did not work",false]'
is 'nothing tells which task it came from' "$(get '.result._meta // {} | length')" 0
begin drive a "$(call 11 old__confirm_delete '{"filename":"g"}' '{"progressToken":"d"}')"
wait_for 'its question reaches the client' saw drive '.method == "elicitation/create"'
is 'without a task that it does not know' "$(messages drive | jq -c 'select(.method == "elicitation/create") | .params._meta // {} | has("'$io/related-task'")')" false
ok 'the state is told as progress' saw drive '.method == "notifications/progress" and .params.progressToken == "d" and .params.message == "needs a yes"'
answer_id=$(messages drive | jq -c 'select(.method == "elicitation/create") | .id')
in_session a '{"jsonrpc":"2.0","id":'"$answer_id"',"result":{"action":"decline"}}'
wait_for 'the call ends' stream_ended drive
is 'and its answer counts' "$(messages drive | jq -r 'select(.id == 11) | .result.content[0].text')" 'kept g'
begin drop a "$(call 12 old__confirm_delete '{"filename":"h"}')"
wait_for 'a call that is asked about' saw drop '.method == "elicitation/create"'
in_session a '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":12}}'
wait_for 'to cancel the call cancels the task' cancels old 3 && pass 'to cancel the call cancels the task'
is 'and nothing else: a task is not cancelled by a notification' "$(trace_count old notifications/cancelled)" 0
begin early a "$(call 21 lag__early)"
wait_for 'a question that comes before its task' saw early '.method == "elicitation/create"'
answer_id=$(messages early | jq -c 'select(.method == "elicitation/create") | .id')
in_session a '{"jsonrpc":"2.0","id":'"$answer_id"',"result":{"action":"cancel"}}'
wait_for 'the call ends' stream_ended early
is 'is the question of that task' "$(messages early | jq -r 'select(.id == 21) | .result.content[0].text')" '{"jsonrpc":"2.0","id":"e1","result":{"action":"cancel"}}'
in_session old "$(call 13 old__failing_job)"
is '2025-06-18 at 2025' "$(said)" 'it did not work'
in_session a "$(call 14 new__failing_job '{}' '{"progressToken":"n"}')"
is '2025 at 2026' "$(get '.result | [.isError, .content[0].text] | tojson')" '[true,"it did not work"]'
ok 'its state as progress' grep -qF '"progressToken":"n","progress":1,"message":"trying"' "$work/body"
in_session a "$(call 15 new__protocol_error_job)"
is 'an error of the protocol is one' "$(get '.error | [.code, .message] | tojson')" '[-32603,"it broke"]'
in_session a "$(call 16 new__slow_compute '{"seconds":0}')"
is 'what needs no task gets none' "$(said)" 'computed '
in_session a "$(call 17 new__greet '{"name":"x"}' | sed 's/"params":{/"params":{"task":{},/')"
is 'params.task at a server of the other design' "$(get .error.code)" -32601
begin ask a "$(call 18 new__multi_input)"
wait_for 'both questions reach the client' sh -c '[ "$(grep -c elicitation/create "$1")" -ge 2 ]' sh "$work/ask.out"
for answer_id in $(messages ask | jq -c 'select(.method == "elicitation/create") | .id'); do
    in_session a '{"jsonrpc":"2.0","id":'"$answer_id"',"result":{"action":"accept","content":{"n":'"$answer_id"'}}}'
done
wait_for 'the call ends' stream_ended ask
is 'once each' "$(how_many ask '.method == "elicitation/create"')" 2
is 'and the answers reach the task' "$(messages ask | jq -c 'select(.id == 18) | .result.content[0].text | fromjson | map(.n | type)')" '["number","number"]'
begin both a "$(call 19 new__test_tool_with_task)"
wait_for 'a question before there is a task' saw both '.method == "elicitation/create"'
answer_id=$(messages both | jq -c 'select(.method == "elicitation/create") | .id')
in_session a '{"jsonrpc":"2.0","id":'"$answer_id"',"result":{"action":"accept","content":{"name":"Ada"}}}'
wait_for 'the call ends' stream_ended both
is 'then the task' "$(messages both | jq -r 'select(.id == 19) | .result.content[0].text')" 'Hello, Ada!'
client mute 2025-11-25
in_session mute "$(call 20 new__confirm_delete '{"filename":"f"}')"
is 'a client that cannot be asked' "$(get .error.code)" -32603
wait_for 'its task is cancelled' cancels new 1 && pass 'its task is cancelled'

# ---- 2026-07-28 at 2026-07-28: relayed
of "$asking" tools/call '"name":"new__slow_compute","arguments":{"seconds":30}' new__slow_compute
id=$(get .result.taskId)
is 'the result is a task' "$http $(get '.result | [.resultType, .status, .ttlMs, .pollIntervalMs] | tojson')" '200 ["task","working",60000,100]'
ok 'under an id of the hub'\''s own' is_opaque
about "$asking" tasks/get "$id"
is 'tasks/get' "$(get '.result | [.resultType, .taskId, .status] | tojson')" '["complete","'"$id"'","working"]'
of "$asking" tasks/get '"taskId":"'"$id"'"' wrong
is 'Mcp-Name is its id' "$http $(get .error.code)" '400 -32020'
about '{}' tasks/get "$id"
is 'who does not declare the extension' "$http $(get '.error | [.code, .data] | tojson')" '400 [-32021,{"requiredCapabilities":{"extensions":{"'$io/tasks'":{}}}}]'
about "$extension" tasks/result "$id"
is 'tasks/result is none of this design' "$http $(get .error.code)" '404 -32601'
listen() {
    stream "$1" -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: subscriptions/listen' \
        --data '{"jsonrpc":"2.0","id":"'"$1"'","method":"subscriptions/listen","params":{"notifications":{"taskIds":'"$2"'},"_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":'"$extension"'}}}' "$url/mcp"
    wait_for "$1: the acknowledgement" saw "$1" '.method == "notifications/subscriptions/acknowledged"'
}
listen changes '["'"$id"'","unknown","'"$first"'"]'
is 'a listen for one'\''s own tasks' "$(messages changes | jq -c .params.notifications)" '{"taskIds":["'"$id"'"]}'
of '{}' subscriptions/listen '"notifications":{"taskIds":["'"$id"'"]}' ''
is 'not without the extension' "$http $(get .error.code)" '400 -32021'
about "$extension" tasks/cancel "$id"
is 'tasks/cancel is acknowledged' "$(get '.result | [.resultType, has("taskId")] | tojson')" '["complete",false]'
wait_for 'the change is told' saw changes '.method == "notifications/tasks"'
is 'under the ids of the client' "$(messages changes | jq -c 'select(.method == "notifications/tasks") | .params | [.taskId, .status, ._meta["'$io/subscriptionId'"]]')" '["'"$id"'","cancelled","changes"]'
stream_close changes
of "$asking" tools/call '"name":"new__confirm_delete","arguments":{"filename":"k"}' new__confirm_delete
id=$(get .result.taskId)
about "$asking" tasks/get "$id"
is 'a task that asks' "$(get '.result | [.status, (.inputRequests | keys)] | tojson')" '["input_required",["question-1"]]'
about "$asking" tasks/update "$id" '"inputResponses":{"question-1":'"$accept"'}'
is 'tasks/update is acknowledged' "$(get .result.resultType)" complete
about "$asking" tasks/get "$id"
is 'the result is in the task' "$(get '.result | [.status, .result.content[0].text] | tojson')" '["completed","deleted k"]'
about "$asking" tasks/get 0123456789abcdef0123456789abcdef
is 'an id that nobody has' "$http $(get .error.code)" '200 -32602'
of "$extension" tasks/get '"taskId":"'"$id"'"' "$id" "$url/s/new/mcp"
is 'another endpoint' "$http $(get .error.code)" '200 -32602'
in_session a '{"jsonrpc":"2.0","id":5,"method":"tasks/get","params":{"taskId":"'"$id"'"}}'
is 'a legacy client' "$(get .error.code)" -32602

# ---- modern clients that do not know tasks, or not these
of '{}' tools/call '"name":"new__failing_job","arguments":{}' new__failing_job
is '2026 at 2026 without the extension: the server says what is missing' "$http $(get '.error | [.code, .data] | tojson')" '400 [-32021,{"requiredCapabilities":{"extensions":{"'$io/tasks'":{}}}}]'
of '{}' tools/call '"name":"new__slow_compute","arguments":{"seconds":0}' new__slow_compute
is 'what needs no task gets none' "$(get '.result | [.resultType, .content[0].text] | tojson')" '["complete","computed "]'
for caps in '{}' "$extension"; do
    of "$caps" tools/call '"name":"old__failing_job","arguments":{},"task":{}' old__failing_job
    is "2026 at 2025, $caps: a plain result" "$(get '.result | [.resultType, .isError, .content[0].text] | tojson')" '["complete",true,"it did not work"]'
done
# parked TOOL CAPABILITIES: a call that asks, and its retry
parked() {
    of "$2" tools/call '"name":"'"$1"'","arguments":{"filename":"z"}' "$1"
    is "$1: asked in the answer" "$(get '.result | [.resultType, (.inputRequests[] | .method, .params.message)] | tojson')" '["input_required","elicitation/create","Delete z?"]'
    unlike "$1: nothing of a task" "$body" related-task
    of "$2" tools/call '"name":"'"$1"'","arguments":{"filename":"z"},"inputResponses":{"input-1":'"$accept"'},"requestState":"'"$(get .result.requestState)"'"' "$1"
    is "$1: the retry has the result" "$(get '.result | [.resultType, .content[0].text] | tojson')" '["complete","deleted z"]'
}
parked old__confirm_delete '{"elicitation":{}}'
parked old__confirm_delete "$asking"
parked new__rogue '{"elicitation":{}}'
of '{}' tools/call '"name":"new__rogue","arguments":{"filename":"z"}' new__rogue
is 'a task that asks who cannot be asked' "$(get .error.code)" -32603
wait_for 'and is cancelled' cancels new 3 && pass 'and is cancelled'

# ---- tasks that a server wants of its client: hosted by the hub
begin later a "$(call 40 old__ask_later '{"filename":"l"}')"
wait_for 'the client is asked' saw later '.method == "elicitation/create"'
is 'plainly' "$(messages later | jq -c 'select(.method == "elicitation/create") | .params | has("task")')" false
answer_id=$(messages later | jq -c 'select(.method == "elicitation/create") | .id')
in_session a '{"jsonrpc":"2.0","id":'"$answer_id"',"result":{"action":"decline"}}'
wait_for 'the call ends' stream_ended later
is 'and the server finds the answer in its task' "$(messages later | jq -r 'select(.id == 40) | .result.content[0].text')" 'working decline l'
in_session mute "$(call 41 old__ask_later '{"filename":"l"}')"
like 'of a client that cannot be asked the task fails' "$(said)" 'failed'

# ---- another user of this machine
other=$(id -u nobody 2>/dev/null)
as_other() {
    setpriv --reuid "$other" --regid "$(id -g nobody)" --clear-groups "$@"
}
# of_other METHOD TASK: a request of 2026-07-28 with the hub's token; prints the code of its error
of_other() {
    as_other curl -sS --max-time 10 -H 'Content-Type: application/json' -H "Authorization: Bearer $(mc token)" -H 'MCP-Protocol-Version: 2026-07-28' -H "Mcp-Method: $1" -H "Mcp-Name: $2" \
        --data '{"jsonrpc":"2.0","id":1,"method":"'"$1"'","params":{"taskId":"'"$2"'","_meta":{"'$io/protocolVersion'":"2026-07-28","'$io/clientCapabilities'":'"$extension"'}}}' "$url/mcp" | jq -r .error.code
}
if [ "$(id -u)" -eq 0 ] && [ -n "$other" ] && as_other true 2>/dev/null; then
    of "$extension" tools/call '"name":"new__slow_compute","arguments":{"seconds":30}' new__slow_compute
    id=$(get .result.taskId)
    for method in tasks/get tasks/cancel tasks/update; do
        is "another user: $method" "$(of_other $method "$id")" -32602
    done
    about "$extension" tasks/get "$id"
    is 'whose task it is, it works for' "$(get .result.status)" working
else
    skip 'only root can become a second user'
fi

# ---- servers that are wrong
begin_task a lag__twice '{}'
is 'a task' "$(get .result.task.taskId)" "$id"
begin_task b lag__twice '{}'
like 'the same id once more: it cannot be told whose it is' "$(get .error.message)" 'under the id of another one'
begin_task a lag__broken '{}'
like 'a task without an id' "$(get .error.message)" 'without a proper id'
in_session a "$(call 25 lag__broken)"
like 'neither is one driven' "$(get .error.message)" 'without a proper id'

# ---- a client that goes away; a server that goes away
stream gone -H 'Content-Type: application/json' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: lag__make' \
    --data '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"lag__make","arguments":{},'"$modern_meta"'}}' "$url/mcp"
wait_for 'a call that will be a task' traced lag '"task":{"ttl":3600000},"name":"make"'
stream_close gone
go lag
wait_for 'a task that came too late is cancelled' traced lag '"tasks/cancel","params":{"taskId":"late one"}' && pass 'a task that came too late is cancelled'
begin_task a old__slow_compute '{"seconds":30}'
begin lost a "$(call 30 old__confirm_delete '{"filename":"h"}')"
wait_for 'a task that is driven' saw lost '.method == "elicitation/create"'
ok 'restart' sh -c 'cd "$1" && "$2" restart old' sh "$repo" "$top_builddir/mcpctl"
wait_for 'a call ends with its server' stream_ended lost
is 'as an error' "$(messages lost | jq -c 'select(.id == 30) | .error.code')" -32603
ready old
task a tasks/get "$id"
is 'the next process does not know its tasks' "$(get .error.code)" -32602

# ---- mcpctl call
# run TOOL [NAME=VALUE...]: sets $out and $code
run() {
    out=$(mc call "$@" 2>&1)
    code=$?
}
run new__greet name=x
is 'mcpctl call: no task' "$code $out" '0 Hello, x!'
run new__slow_compute seconds:=0
is 'none where the tool can do without' "$code $out" '0 computed '
run new__failing_job
is 'a tool that demands one' "$code $out" '1 it did not work'
run new__protocol_error_job
like 'one that breaks' "$code $out" 'it broke'
run new__confirm_delete filename=x
like 'one that asks' "$code $out" 'asks for input'
run old__failing_job
is 'one of the other design' "$code $out" '1 it did not work'
("$top_builddir/mcpctl" call new__must_wait >"$work/call.out" 2>&1 & echo $! >"$work/call.pid"; wait $!; echo $? >"$work/call.code") 2>/dev/null &
wait_for 'a task of a command' traced new '"name":"must_wait","arguments":{},"_meta":{"'$io'/protocolVersion":"2026-07-28","'$io'/clientCapabilities":{"extensions"'
before=$(trace_count new '"method":"tasks/cancel"')
looked() {
    grep -F '"method":"tasks/get"' "$work"/state/mcpctl/logs/new-*.log | tail -1 | grep -qF '"name":"mcpctl"'
}
wait_for 'it is looked at' looked
kill -INT "$(cat "$work/call.pid")"
wait_for 'Ctrl-C ends the command' test -s "$work/call.code"
wait_for 'and cancels its task' cancels new $((before + 1)) && pass 'Ctrl-C cancels the task'

# ---- the official SDKs
subtest 'SDK 1.x' timeout 60 "$node" "$top_srcdir/tests/e2e/sdk1-tasks.mjs" "$url/mcp"
for era in legacy modern; do
    subtest "SDK 2.x, $era" timeout 60 "$node" "$top_srcdir/tests/e2e/sdk2-tasks.mjs" "$url/mcp" "$era"
done
e2e_done
