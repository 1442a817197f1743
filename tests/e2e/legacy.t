#!/bin/sh
# Clients of the four legacy revisions: sessions, streams, and what servers tell and ask on their own.
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo legacy)
# "begin" asks the client to open a URL, "finish" tells that it was done there.
cat >"$work/signin" <<'TEXT'
#!/bin/sh
while IFS= read -r line; do
    id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}\n' "$id" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"begin","inputSchema":{"type":"object"}},{"name":"finish","inputSchema":{"type":"object"}}]}}\n' "$id" ;;
    *'"begin"'*)
        begun=$id
        printf '{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"mode":"url","message":"m","url":"https://example.com/","elicitationId":"e-1"}}\n'
        ;;
    *'"id":"q"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n' "$begun" ;;
    *'"finish"'*) printf '{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"e-1"}}\n{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n' "$id" ;;
    esac
done
TEXT
chmod +x "$work/signin"
gate gated
gate steps
servers "$repo" \
    "good=$fakeserver --trace --list-changed --resources --subscribe --prompts" \
    "gated=$fakeserver --trace --gate $work/gated.gate" \
    "stuck=$fakeserver --trace --slow 60000" \
    "steps=$fakeserver --trace --gate $work/steps.gate --progress 3" \
    "log=$fakeserver --trace --log 2" \
    "sample=$fakeserver --trace --ask sampling" \
    "form=$fakeserver --trace --ask elicitation" \
    "link=$fakeserver --trace --ask elicitation-url" \
    "roots=$fakeserver --trace --ask roots --roots-at-start" \
    "signin=$work/signin"
hub_up "$repo" || { e2e_done; exit; }
all_ready

# ---- negotiation
for version in 2024-11-05 2025-03-26 2025-06-18 2025-11-25; do
    open_session "$version"
    is "initialize at $version" "$http $(printf '%s' "$initialize_answer" | jq -r .result.protocolVersion)" "202 $version"
    legacy '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    is "tools/list at $version" "$http $(get '.result.tools | map(select(.name == "good__tool1")) | length')" '200 1'
    is "a legacy result has no resultType at $version" "$(get '.result | has("resultType") or has("ttlMs")')" false
    legacy '{"jsonrpc":"2.0","id":2,"method":"ping"}'
    is "ping at $version" "$body" '{"jsonrpc":"2.0","id":2,"result":{}}'
    legacy '{"jsonrpc":"2.0","id":3,"method":"server/discover"}'
    is "server/discover is none of $version" "$http $(get .error.code)" '200 -32601'
done
for version in 1999-01-01 2026-07-28 2099-01-01; do
    open_session "$version"
    is "initialize at $version is answered with the newest legacy one" "$(printf '%s' "$initialize_answer" | jq -r .result.protocolVersion)" 2025-11-25
done
post '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":7,"capabilities":{},"clientInfo":{}}}'
is 'a protocolVersion that is no string' "$http $(get .error.code)" '400 -32602'
post '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{}}}' -H 'MCP-Protocol-Version: 2026-07-28'
is 'initialize under a modern header' "$http $(get .error.code)" '400 -32020'

# ---- session ids
client a 2025-06-18 && one=$sid
client b 2025-06-18 && two=$sid
ok 'an id is visible ASCII' sh -c 'printf %s "$1" | LC_ALL=C grep -qx "[!-~]\{16,\}"' sh "$one"
ok 'ids differ' test "$one" != "$two"
post '{"jsonrpc":"2.0","id":1,"method":"ping"}' -H 'MCP-Protocol-Version: 2025-06-18'
is 'no session id' "$http" 400
in_session a '{"jsonrpc":"2.0","id":1,"method":"ping"}' "$url/s/good/mcp"
is 'the id of another endpoint' "$http" 404
in_session a '{"jsonrpc":"2.0","id":1,"method":"ping"}' "$url/w/legacy/mcp"
is 'the same endpoint by its long name' "$http" 200
session=0123456789abcdef0123456789abcdef session_version=2025-06-18
legacy '{"jsonrpc":"2.0","id":1,"method":"ping"}'
is 'an id that was never given' "$http" 404
in_session a '{"jsonrpc":"2.0","method":"notifications/no-such-thing"}'
is 'a notification' "$http [$body]" '202 []'
in_session a '{"jsonrpc":"2.0","id":99,"result":{}}'
is 'an answer to nothing' "$http [$body]" '202 []'
request -X DELETE -H "Mcp-Session-Id: $two" "$url/s/good/mcp"
is 'DELETE at another endpoint' "$http" 404
request -X DELETE -H "Mcp-Session-Id: $two" "$url/mcp"
is 'DELETE' "$http" 200
request -X DELETE -H "Mcp-Session-Id: $two" "$url/mcp"
is 'DELETE once more' "$http" 404
in_session b '{"jsonrpc":"2.0","id":1,"method":"ping"}'
is 'a request after DELETE' "$http" 404
request --max-time 5 -H 'Accept: text/event-stream' -H "Mcp-Session-Id: $two" "$url/mcp"
is 'a GET after DELETE' "$http" 404
request -X DELETE "$url/mcp"
is 'DELETE without an id' "$http" 400

# ---- errors inside a session
in_session a '{"jsonrpc":"2.0","id":4,"method":"no/such"}'
is 'an unknown method' "$http $(get '"\(.id) \(.error.code)"')" '200 4 -32601'
in_session a '{"jsonrpc":"2.0","id":"x","method":"sampling/createMessage","params":{}}'
is 'a method of servers' "$http $(get '"\(.id) \(.error.code)"')" '200 x -32601'
in_session a "$(call 5 good__tool9)"
is 'an unknown tool' "$http $(get .error.code)" '200 -32602'
like 'an unknown tool: the near one is named' "$(get .error.message)" 'did you mean good__tool'
in_session a '{"jsonrpc":"2.0","id":6,"method":"tools/list","params":{"cursor":"x"}}'
is 'a cursor that was never given' "$(get .error.code)" -32602
in_session a '{"jsonrpc":"2.0","id":7,"method":"tools/call"}'
is 'tools/call without params' "$(get .error.code)" -32602
in_session a '{"jsonrpc":"2.0","id":8,"method":"resources/read","params":{"uri":"no://such"}}'
is 'an unknown resource' "$(get .error.code)" -32002
in_session a '{"jsonrpc":"2.0","id":9,"method":"logging/setLevel","params":{"level":"loud"}}'
is 'an unknown level' "$(get .error.code)" -32602

of_client a
for type in application/json 'Application/JSON; charset=utf-8' 'application/json ;x=y'; do
    request -H "Content-Type: $type" -H "Mcp-Session-Id: $sid" --data '{"jsonrpc":"2.0","id":1,"method":"ping"}' "$url/mcp"
    is "Content-Type: $type" "$http" 200
done
for type in application/jsonp application/json-seq text/json ''; do
    request -H "Content-Type: $type" -H "Mcp-Session-Id: $sid" --data '{"jsonrpc":"2.0","id":1,"method":"ping"}' "$url/mcp"
    is "Content-Type: $type" "$http" 415
done

# ---- batches
batch='[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},'$(call '"1"' gated__tool1)','$(call 2 steps__tool2 '{}' '{"progressToken":"t"}')',{"jsonrpc":"2.0","id":3,"method":"no/such"},{"jsonrpc":"2.0","id":9,"result":{}}]'
for version in 2024-11-05 2025-06-18 2025-11-25; do
    open_session "$version"
    legacy "$batch"
    is "a batch at $version" "$http $(get .error.code)" '400 -32600'
done
client m 2025-03-26
plain_batch='[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},'$(call '"1"' gated__tool1)',{"jsonrpc":"2.0","id":3,"method":"no/such"},{"jsonrpc":"2.0","id":9,"result":{}},7]'
go gated
in_session m "$plain_batch"
is 'a batch: every request has its answer, nothing else' "$http $(get 'map(select(has("id"))) | sort_by(.id | tojson) | map("\(.id | tojson)\(if .error then "e" else "r" end)") | join(" ")')" '200 "1"r 1r 3e'
is 'a batch: what is no message gets an error without an id' "$(get 'map(select(has("id") | not) | .error.code) | tojson')" '[-32600]'
in_session m '[{"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":9,"result":{}}]'
is 'a batch without requests' "$http [$body]" '202 []'
in_session m '[]'
is 'an empty batch' "$http $(get .error.code)" '400 -32600'
in_session m '[{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26"}}]'
is 'initialize in a batch' "$(get '.[0].error.code')" -32600
in_session m '[{"jsonrpc":"2.0","id":1,'
is 'a batch that is no JSON' "$http $(get .error.code)" '400 -32700'
begin events m "$batch"
go steps
wait_for 'progress precedes the other answers' saw events '.method == "notifications/progress" and .params.progress == 3'
go gated
wait_for 'a batch with progress ends' stream_ended events
is 'a batch that became an event stream loses no answer' \
    "$(messages events | jq -rn '[inputs | if type == "array" then .[] else . end | select(.result or .error)] | sort_by(.id | tojson) | map(.id | tojson) | join(" ")')" '"1" 1 2 3'
is 'and has the progress' "$(messages events | jq -rn '[inputs | objects | select(.method == "notifications/progress") | .params.progress] | tojson')" '[1,2,3]'

# ---- ids
in_session a "$(call '"7"' good__echo)" # warms nothing up: it is unknown
gated_before=$(trace_count gated '"name":"tool1"')
begin seven a "$(call 7 gated__tool1)"
begin text a "$(call '"7"' gated__tool2)"
both_there() {
    [ "$(trace_count gated '"name":"tool2"')" = 1 ] && [ "$(trace_count gated '"name":"tool1"')" -gt "$gated_before" ]
}
wait_for 'both are at the server' both_there
go gated
go gated
wait_for 'two calls with the ids 7 and "7" end' stream_ended seven
wait_for 'two calls with the ids 7 and "7" end' stream_ended text
ok '7 gets its own answer' saw seven '.id == 7 and (.result.content[0].text | startswith("tool1"))'
ok '"7" gets its own answer' saw text '.id == "7" and (.result.content[0].text | startswith("tool2"))'
begin held a "$(call 8 gated__tool3)"
wait_for 'the call is in flight' traced gated '"name":"tool3"'
in_session a "$(call 8 good__tool1)"
is 'an id that is in flight' "$(get .error.code)" -32600
go gated
wait_for 'the first one ends' stream_ended held
ok 'and the first one gets its answer' saw held '.id == 8 and .result'
in_session a "$(call 8 good__tool1)"
is 'the same id later' "$(get .id) $(get '.result.content | length')" '8 1'

# ---- progress: two clients with one token
client c 2025-06-18
client d 2025-06-18
begin pc c "$(call 1 steps__tool1 '{}' '{"progressToken":"t"}')"
begin pd d "$(call 1 steps__tool2 '{}' '{"progressToken":"t"}')"
begin pn a "$(call 1 steps__tool3 '{}' '{"progressToken":77}')"
wait_for 'three calls are at the server' traced steps '"name":"tool3"'
for name in pc pd pn; do go steps; done
for name in pc pd pn; do wait_for "$name ends" stream_ended $name; done
is 'progress of one client' "$(messages pc | jq -rn '[inputs | .params.progress // .result.content[0].text[0:5]] | tojson')" '[1,2,3,"tool1"]'
is 'progress of the other' "$(messages pd | jq -rn '[inputs | .params.progress // .result.content[0].text[0:5]] | tojson')" '[1,2,3,"tool2"]'
is 'the token comes back' "$(messages pc | jq -rn '[inputs | .params.progressToken // empty] | unique | tojson')" '["t"]'
is 'a number as token stays one' "$(messages pn | jq -rn '[inputs | .params.progressToken // empty] | unique | tojson')" '[77]'
go steps
in_session a "$(call 1 steps__tool1)"
is 'no token, no progress: a plain answer' "$(printf '%s' "$head" | grep -ci '^content-type: application/json')" 1

# ---- GET streams, priming, resumption
client old 2025-06-18
client new 2025-11-25
standing g-old old
standing g-new new
in_session a "$(call 1 good__change)"
wait_for 'list_changed reaches the older client' saw g-old '.method == "notifications/tools/list_changed"'
wait_for 'list_changed reaches the newer client' saw g-new '.method == "notifications/tools/list_changed"'
is 'once' "$(how_many g-old '.method == "notifications/tools/list_changed"') $(how_many g-new '.method == "notifications/tools/list_changed"')" '1 1'
is 'the first event of 2025-06-18 is the message' "$(grep -c '^data: *$' "$work/g-old.out")" 0
is 'the first event of 2025-11-25 is the priming one, with an id and empty data' "$(sed -n 1,2p "$work/g-new.out" | tr '\n' '|' | sed 's/id: [^|]*/id: X/; s/retry: [0-9]*/retry: N/')" 'id: X|retry: N|'
is 'and only one such' "$(grep -c '^data: *$' "$work/g-new.out")" 1
is 'event ids differ' "$(sed -n 's/^id: *//p' "$work/g-new.out" | sort | uniq -d)" ''
request --max-time 5 -H 'Accept: application/json' -H "Mcp-Session-Id: $session_new" "$url/mcp"
is 'a GET that does not accept events' "$http" 406

begin p new "$(call 21 steps__tool1 '{}' '{"progressToken":"r"}')"
go steps
wait_for 'progress comes' saw p '.params.progress == 3'
wait_for 'the call ends' stream_ended p
p_first=$(sed -n 's/^id: *//p' "$work/p.out" | head -1)
standing again new -H "Last-Event-ID: $p_first"
wait_for 'the resumed stream of a finished call ends' stream_ended again
is 'everything after that event comes again' "$(messages again)" "$(messages p)"
is 'and under the same event ids' "$(sed -n 's/^id: *//p' "$work/again.out" | tail -1)" "$(last_event p)"
standing rest new -H "Last-Event-ID: $(last_event p)"
wait_for 'the stream has nothing more' stream_ended rest
is 'after the last event nothing comes' "$(messages rest)" ''

client asked 2025-11-25 '{"sampling":{},"elicitation":{"form":{},"url":{}},"roots":{"listChanged":true}}'
standing g-asked asked
begin lost asked "$(call 31 sample__ask)"
wait_for 'the server asks' saw lost '.method == "sampling/createMessage"'
stream_close lost
in_session a "$(call 1 good__change)"
wait_for 'another message of the session' saw g-asked '.method == "notifications/tools/list_changed"'
ask_id=$(messages lost | jq -c 'select(.method == "sampling/createMessage") | .id')
in_session asked '{"jsonrpc":"2.0","id":'"$ask_id"',"result":{"role":"assistant","content":{"type":"text","text":"forty-two"},"model":"m"}}'
is 'the answer to the server is accepted while the stream is away' "$http" 202
standing found asked -H "Last-Event-ID: $(last_event lost)"
wait_for 'the resumed stream ends' stream_ended found
ok 'the answer of the call was not lost' saw found '.id == 31 and (.result.content[0].text | contains("forty-two"))'
is 'and nothing else is on that stream' "$(messages found | wc -l)" 1
ok 'a lost connection was no cancellation' sh -c '! grep -qF notifications/cancelled "$1"/state/mcpctl/logs/sample-*.log' sh "$work"
standing unknown asked -H 'Last-Event-ID: 999-1'
is 'an event id that nobody knows: the stream of what comes from now on' "$(stream_status unknown)" 200
stream_close unknown

# ---- list_changed goes to every session once, and on the GET stream
client poster 2025-06-18
gated_before=$(trace_count gated '"name":"tool1"')
begin waits poster "$(call 1 gated__tool1)"
at_the_gate() {
    [ "$(trace_count gated '"name":"tool1"')" -gt "$gated_before" ]
}
wait_for 'the call is at the server' at_the_gate
told=$(how_many g-new '.method == "notifications/tools/list_changed"')
in_session a "$(call 1 good__change)"
told_more() {
    [ "$(how_many g-new '.method == "notifications/tools/list_changed"')" -gt "$told" ]
}
wait_for 'the others are told' told_more
go gated
wait_for 'the call ends' stream_ended waits
is 'no list_changed on the stream of a call' "$(how_many waits '.method')" 0
standing g2 old
in_session a "$(call 1 good__change)"
wait_for 'one of two GET streams' saw g2 '.method == "notifications/tools/list_changed"'
wait_for 'the other client too' saw g-new '.method == "notifications/tools/list_changed"'
is 'never on two streams of one session' "$(($(how_many g-old .method) + $(how_many g2 .method)))" 4
stream_close g2

# ---- resources
client s1 2025-06-18 && standing gs1 s1
client s2 2025-06-18 && standing gs2 s2
in_session s1 '{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"fake://counter"}}'
is 'subscribe' "$http $(get '.result | tojson')" '200 {}'
in_session s2 '{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"fake://count"}}'
in_session a "$(call 1 good__count)"
wait_for 'resources/updated reaches the subscriber' saw gs1 '.method == "notifications/resources/updated" and .params.uri == "fake://counter"'
in_session a "$(call 1 good__change)"
wait_for 'a barrier' saw gs2 '.method == "notifications/tools/list_changed"'
is 'a longer name is no sub-resource' "$(how_many gs2 '.method == "notifications/resources/updated"')" 0
in_session s2 '{"jsonrpc":"2.0","id":2,"method":"resources/subscribe","params":{"uri":"fake://counter"}}'
in_session s1 '{"jsonrpc":"2.0","id":2,"method":"resources/unsubscribe","params":{"uri":"fake://counter"}}'
is 'unsubscribe' "$http $(get '.result | tojson')" '200 {}'
ok 'the server is not told while another client is subscribed' sh -c '! grep -qF resources/unsubscribe "$1"/state/mcpctl/logs/good-*.log' sh "$work"
in_session a "$(call 1 good__count)"
wait_for 'the other subscriber is told' saw gs2 '.method == "notifications/resources/updated"'
is 'the one that unsubscribed is not' "$(how_many gs1 '.method == "notifications/resources/updated"')" 1
in_session s1 '{"jsonrpc":"2.0","id":3,"method":"resources/unsubscribe","params":{"uri":"fake://never"}}'
is 'unsubscribe from what was never subscribed' "$http $(get '.result | tojson')" '200 {}'
in_session s1 '{"jsonrpc":"2.0","id":4,"method":"resources/subscribe","params":{"uri":5}}'
is 'subscribe to a number' "$(get .error.code)" -32602

# ---- a server that starts again hears of level and subscriptions
in_session s1 '{"jsonrpc":"2.0","id":5,"method":"logging/setLevel","params":{"level":"warning"}}'
is 'setLevel' "$http $(get '.result | tojson')" '200 {}'
wait_for 'the server is told the level' traced log '"level":"warning"'
levels=$(trace_count log '"level":"warning"')
subscribes=$(trace_count good '"method":"resources/subscribe"')
ok 'restart' sh -c 'cd "$1" && "$2" restart log && "$2" restart good' sh "$repo" "$top_builddir/mcpctl"
told_again() {
    [ "$(trace_count log '"level":"warning"')" -gt "$levels" ] && [ "$(trace_count good '"method":"resources/subscribe"')" -gt "$subscribes" ]
}
wait_for 'after a restart level and subscriptions are told again' told_again && pass 'a restart replays level and subscriptions'

# ---- logging: each session its level; never to the other client
client l1 2025-06-18 && standing gl1 l1
client l2 2025-06-18 && standing gl2 l2
in_session l1 '{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"debug"}}'
in_session l2 '{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"error"}}'
begin c1 l1 "$(call 2 log__tool1)"
wait_for 'a call that logs' stream_ended c1
is 'the one who asked for debug sees the messages' "$(how_many c1 '.method == "notifications/message"')" 2
begin c2 l2 "$(call 2 log__tool1)"
wait_for 'the same of the other' stream_ended c2
is 'the one who wants errors alone does not' "$(how_many c2 '.method == "notifications/message"')" 0
is 'nor does either see what the other called' "$(how_many gl1 '.method == "notifications/message"') $(how_many gl2 '.method == "notifications/message"')" '0 0'

# ---- cancellation
begin gone asked "$(call 41 stuck__tool1)"
wait_for 'the call is at the server' traced stuck '"name":"tool1"'
wire_id=$(grep -hF '"name":"tool1"' "$work"/state/mcpctl/logs/stuck-*.log | jq .id | tail -1)
in_session asked '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"41"}}'
in_session asked '{"jsonrpc":"2.0","id":42,"method":"ping"}'
ok 'a cancellation of another type of id cancels nothing' test ! -s "$work/gone.code"
in_session b '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":41}}'
in_session poster '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":41}}'
ok 'nor does that of another client' test ! -s "$work/gone.code"
in_session asked '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":41,"reason":"enough"}}'
is 'cancelled' "$http" 202
wait_for 'the request ends' stream_ended gone
is 'without an answer' "$(messages gone | tr -d '\n')" ''
wait_for 'the server is told' traced stuck "\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":$wire_id" && pass 'the server is told, under its own id'
in_session asked "$(call 41 good__tool1)"
is 'the next call, even under that id' "$(get .id) $(get '.result.content | length')" '41 1'

begin chain asked "$(call 43 sample__ask)"
wait_for 'the server asks' saw chain '.method == "sampling/createMessage"'
ask_id=$(messages chain | jq -c 'select(.method == "sampling/createMessage") | .id')
in_session asked '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":43}}'
wait_for 'the request ends' stream_ended chain
ok 'the request of the server is cancelled as well' saw chain ".method == \"notifications/cancelled\" and .params.requestId == $ask_id"
is 'and the call has no answer' "$(how_many chain '.id == 43')" 0
in_session asked '{"jsonrpc":"2.0","id":'"$ask_id"',"result":{"late":true}}'
is 'a late answer is accepted and dropped' "$http" 202
in_session asked "$(call 44 sample__tool1)"
is 'that server goes on' "$(get '.result.content | length')" 1
ok 'and never saw the late answer' sh -c '! grep -qF "\"late\"" "$1"/state/mcpctl/logs/sample-*.log' sh "$work"

# ---- requests of servers
# asks LABEL SERVER METHOD ANSWER-MEMBER WANTED-TEXT
asks() {
    begin "ask-$2" asked "$(call 51 "$2__ask")"
    wait_for "$1: the client is asked" saw "ask-$2" ".method == \"$3\""
    ask_id=$(messages "ask-$2" | jq -c "select(.method == \"$3\") | .id")
    in_session asked '{"jsonrpc":"2.0","id":'"$ask_id"','"$4"'}'
    wait_for "$1: the call ends" stream_ended "ask-$2"
    like "$1: the client's answer reaches the server" "$(messages "ask-$2" | jq -r 'select(.id == 51) | .result.content[0].text')" "$5"
}
asks sampling sample sampling/createMessage '"result":{"model":"m","role":"assistant","content":{"type":"text","text":"forty"}}' forty
asks 'elicitation, form' form elicitation/create '"result":{"action":"accept","content":{"name":"Ada"}}' Ada
asks 'elicitation, url' link elicitation/create '"result":{"action":"accept"}' accept
asks roots roots roots/list '"result":{"roots":[{"uri":"file:///client"}]}' 'file:///client'
asks 'an error as answer' sample sampling/createMessage '"error":{"code":-1,"message":"User rejected it"}' 'User rejected it'
begin ask-signin asked "$(call 52 signin__begin)"
wait_for 'the client is asked to open a URL' saw ask-signin '.method == "elicitation/create"'
in_session asked '{"jsonrpc":"2.0","id":'"$(messages ask-signin | jq -c 'select(.method) | .id')"',"result":{"action":"accept"}}'
wait_for 'that call ends' stream_ended ask-signin
in_session a "$(call 1 signin__finish)"
wait_for 'the completion of an elicitation' saw g-asked '.method == "notifications/elicitation/complete" and .params.elicitationId == "e-1"'
is 'the completion of an elicitation goes to the client that was asked alone' "$(how_many g-asked '.method == "notifications/elicitation/complete"') $(how_many g-old '.method == "notifications/elicitation/complete"')" '1 0'
is 'nothing of that was on the GET stream' "$(how_many g-asked '.method | strings | test("sampling|elicitation/create|roots")')" 0

in_session a "$(call 1 sample__ask)"
like 'a client without sampling is not asked' "$(get '.result.content[0].text')" 'does not have the capability sampling'
in_session a "$(call 1 form__ask)"
like 'a client without elicitation is not asked' "$(get '.result.content[0].text')" 'elicitation.form'
client formonly 2025-06-18 '{"elicitation":{}}'
in_session formonly "$(call 1 link__ask)"
like 'an empty elicitation capability means forms alone' "$(get '.result.content[0].text')" 'elicitation.url'
in_session a "$(call 1 roots__ask)"
like 'roots of a client without any are the workspace'\''s' "$(get '.result.content[0].text')" "file://$repo"
in_session a "$(call 1 roots__roots)"
like 'roots asked at the start are the workspace'\''s' "$(get '.result.content[0].text')" "file://$repo"
in_session asked '{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}'
wait_for 'roots/list_changed reaches the servers' traced roots notifications/roots/list_changed && pass 'roots/list_changed reaches the servers'

begin first asked "$(call 61 sample__ask)"
wait_for 'the first is asked' saw first '.method == "sampling/createMessage"'
client other 2025-06-18 '{"sampling":{}}'
begin second other "$(call 1 sample__ask)"
ask_id=$(messages first | jq -c 'select(.method == "sampling/createMessage") | .id')
in_session other '{"jsonrpc":"2.0","id":'"$ask_id"',"result":{"stolen":true}}'
ok 'a client cannot answer for another' test ! -s "$work/first.code"
request -X DELETE -H "Mcp-Session-Id: $session_asked" "$url/mcp"
wait_for 'the end of the session ends its call' stream_ended first
is 'without an answer' "$(how_many first '.id == 61')" 0
wait_for 'and its streams' stream_ended g-asked
reaches 'the server is told that the client has gone' sample 'the client has gone'
wait_for 'then it is the turn of the other' saw second '.method == "sampling/createMessage"'
ask_id=$(messages second | jq -c 'select(.method == "sampling/createMessage") | .id')
in_session other '{"jsonrpc":"2.0","id":'"$ask_id"',"result":{"mine":true}}'
wait_for 'and its call ends' stream_ended second
is 'with its own answer' "$(messages second | jq -r '.result.content[0].text // empty')" '{"mine":true}'
for name in g-old g-new gs1 gs2 gl1 gl2; do stream_close $name; done
is 'the hub is the one it was' "$(mc status --json | jq -r .hub.pid)" "$hub_pid"
e2e_done
