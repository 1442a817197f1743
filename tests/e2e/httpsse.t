#!/bin/sh
# The transport of 2024-11-05, HTTP+SSE: a GET opens the stream, POSTs go where its first event says, everything comes on the stream.
# streams.sh sets messages_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo old)
servers "$repo" \
    "good=$fakeserver --list-changed --resources --subscribe --prompts --log 1" \
    "slow=$fakeserver --trace --slow 60000" \
    "steps=$fakeserver --slow 100 --progress 3" \
    "big=$fakeserver --big 20000000" \
    "sample=$fakeserver --ask sampling" \
    "form=$fakeserver --ask elicitation" \
    "link=$fakeserver --ask elicitation-url" \
    "roots=$fakeserver --ask roots"
hub_up "$repo" || { e2e_done; exit; }
all_ready

# old_client NAME [PATH] [CURL-OPTION...]: opens the stream NAME; $messages_NAME is the URL to POST to
old_client() {
    old_name=$1 old_path=${2:-/sse}
    shift
    [ $# -eq 0 ] || shift
    stream "$old_name" -H 'Accept: text/event-stream' "$@" "$url$old_path"
    wait_for "$old_name: the endpoint is told" saw_endpoint "$old_name"
    eval "messages_$old_name=\$url$(sed -n 's/^data: *//p' "$work/$old_name.out" | head -1)"
}
saw_endpoint() {
    [ "$(head -1 "$work/$1.out")" = 'event: endpoint' ] && sed -n 2p "$work/$1.out" | grep -q '^data: /'
}
# say NAME BODY [CURL-OPTION...]
say() {
    eval "say_to=\$messages_$1"
    shift
    post "$@" "$say_to"
}
# initialize NAME VERSION [CAPABILITIES]
initialize() {
    say "$1" '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"'"$2"'","capabilities":'"${3:-"{}"}"',"clientInfo":{"name":"old","version":"1"}}}'
    wait_for "$1: initialize is answered" heard "$1" '.id == 0'
    say "$1" '{"jsonrpc":"2.0","method":"notifications/initialized"}'
}
# What came after the endpoint.
heard_all() {
    sed -n 's/^data: *\(.\)/\1/p' "$work/$1.out" | tail -n +2
}
heard() {
    heard_all "$1" | jq -e -n "[inputs | select($2)] | length > 0" >/dev/null 2>&1
}
# told NAME JQ-CONDITION JQ: of the messages for which the condition holds
told() {
    heard_all "$1" | jq -rn "[inputs | select($2) | $3] | join(\" \")"
}
# wait_answer NAME ID
wait_answer() {
    wait_for "$1: an answer to $2" heard "$1" ".id == $2 and (has(\"result\") or has(\"error\"))"
}
sessions() {
    mc status --json | jq .hub.sessions
}

# ---- the handshake
old_client ada
is 'the stream' "$(stream_status ada) $(grep -ci '^content-type: text/event-stream' "$work/ada.head")" '200 1'
is 'its first event says where to POST' "$(sed -n 2p "$work/ada.out" | sed 's/[0-9a-f]\{32\}/ID/')" 'data: /messages?sessionId=ID'
is 'and is no session of the newer transport' "$(grep -ci '^mcp-session-id' "$work/ada.head")" 0
for version in 2024-11-05 2025-03-26 2025-06-18 2025-11-25; do
    name=at$(echo "$version" | tr -d -)
    old_client "$name"
    initialize "$name" "$version"
    is "initialize at $version is accepted, and answered on the stream" "$http [$body] $(told "$name" '.id == 0' .result.protocolVersion)" "202 [] $version"
    say "$name" '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    wait_answer "$name" 1
    is "tools at $version" "$(told "$name" '.id == 1' '([.result.tools[].name] | index("good__tool1") != null), (.result | has("resultType"))')" 'true false'
    is "every event is a message at $version" "$(grep -c '^event: message' "$work/$name.out") $(grep -c '^id:' "$work/$name.out")" '2 0'
    stream_close "$name"
done
old_client new
initialize new 2026-07-28
is 'a revision without handshake is answered with the newest that has one' "$(told new '.id == 0' .result.protocolVersion)" 2025-11-25
wait_for 'closed streams are no sessions any more' test "$(sessions)" -le 2
stream_close new

# ---- where it is served
for path in /mcp /s/good/sse /w/old/sse /w/old/s/good/sse /w/old/mcp /s/good/mcp; do
    old_client there "$path"
    like "a GET of $path" "$(sed -n 2p "$work/there.out")" "data: ${path%/*}/messages?sessionId="
    initialize there 2024-11-05
    say there '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    wait_answer there 1
    case $path in
    */s/*) name=tool1 ;;
    *) name=good__tool1 ;;
    esac
    is "and the tools behind $path" "$(told there '.id == 1' "[.result.tools[].name] | index(\"$name\") != null")" true
    stream_close there
done
old_client again /mcp -H 'MCP-Protocol-Version: 2025-06-18'
pass 'an EventSource that comes back with the version header gets its stream'
say again '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"good__tool1","arguments":{}}}'
wait_answer again 1
is 'and goes on without initialize' "$(told again '.id == 1' '.result.content | length')" 1
stream_close again
request --max-time 5 "$url/no/such/sse"
is 'no such path' "$http" 404
request --max-time 5 "$url/s/none/sse"
is 'no such server' "$http" 404
for method in POST DELETE PUT; do
    request -X $method -H 'Content-Type: application/json' -d '{}' "$url/sse"
    is "$method of /sse" "$http $(printf '%s\n' "$head" | sed -n 's/^Allow: //p')" '405 GET'
done
request --max-time 5 "$url/messages"
is 'GET of /messages' "$http $(printf '%s\n' "$head" | sed -n 's/^Allow: //p')" '405 POST'
request --max-time 5 -H 'Accept: application/json' "$url/sse"
is 'who takes no event stream' "$http" 406

# ---- who may
id=$(sed -n 's/.*sessionId=//p' "$work/ada.out")
initialize ada 2025-06-18 '{"roots":{},"sampling":{},"elicitation":{}}'
ping='{"jsonrpc":"2.0","id":"p","method":"ping"}'
post "$ping" "$url/messages"
is 'without a session id' "$http" 404
post "$ping" "$url/messages?sessionId=0123456789abcdef0123456789abcdef"
is 'an id that was never given' "$http" 404
post "$ping" "$url/w/old/messages?sessionId=$id"
is 'the id of another path' "$http" 404
post "$ping" -H "Mcp-Session-Id: $id" -H 'MCP-Protocol-Version: 2025-06-18'
is 'it is no Mcp-Session-Id' "$http" 404
request -X DELETE -H "Mcp-Session-Id: $id" "$url/mcp"
is 'and cannot be deleted as one' "$http" 404
open_session 2025-06-18
post "$ping" "$url/messages?sessionId=$session"
is 'a session of the newer transport has no messages' "$http" 404
for url_of in "$url/sse" "$url/messages?sessionId=$id"; do
    request --max-time 5 -X "$(case $url_of in *sse) echo GET ;; *) echo POST ;; esac)" -H 'Origin: https://evil.example' "$url_of"
    is "a foreign Origin: $url_of" "$http" 403
    request --max-time 5 -X "$(case $url_of in *sse) echo GET ;; *) echo POST ;; esac)" -H 'Host: evil.example' "$url_of"
    is "a foreign Host: $url_of" "$http" 403
done
say ada "$ping" -H 'MCP-Protocol-Version: 1999-01-01'
is 'a version header that the hub does not serve' "$http" 400
say ada '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$modern_meta"'}}'
is 'a request of the revision without sessions' "$http" 400
request -H 'Content-Type: text/plain' --data "$ping" "$messages_ada"
is 'a body that is no JSON by its type' "$http" 415
say ada '{"jsonrpc":"2.0","id":1,'
is 'a body that is no JSON' "$http $(get .error.code)" '400 -32700'
say ada '{"jsonrpc":"2.0","id":1}'
is 'a body that is no message' "$http $(get .error.code)" '400 -32600'
say ada '[]'
is 'a batch, where there are none' "$http $(get .error.code)" '400 -32600'
say ada "$ping"
wait_answer ada '"p"'
is 'nothing of this has ended the session' "$(told ada '.id == "p"' '.result | tojson')" '{}'

# ---- what comes on the stream
say ada "$(call 10 steps__tool1 '{}' '{"progressToken":"t"}')"
wait_answer ada 10
is 'progress, under the token of the client, before the answer' \
    "$(told ada '.params.progressToken == "t" or .id == 10' 'if .method then .params.progress else "answer" end')" '1 2 3 answer'
say ada "$(call 11 sample__ask)"
wait_for 'sampling is asked' heard ada '.method == "sampling/createMessage"'
say ada '{"jsonrpc":"2.0","id":'"$(told ada '.method == "sampling/createMessage"' '.id | tojson')"',"result":{"role":"assistant","model":"m","content":{"type":"text","text":"42"}}}'
is 'the answer is accepted' "$http [$body]" '202 []'
wait_answer ada 11
like 'and reaches the server' "$(told ada '.id == 11' '.result.content[0].text')" '"text":"42"'
say ada "$(call 12 form__ask)"
wait_for 'a form is asked' heard ada '.method == "elicitation/create"'
say ada '{"jsonrpc":"2.0","id":'"$(told ada '.method == "elicitation/create"' '.id | tojson')"',"result":{"action":"accept","content":{"name":"Ada"}}}'
wait_answer ada 12
like 'elicitation' "$(told ada '.id == 12' '.result.content[0].text')" Ada
say ada "$(call 13 roots__ask)"
wait_for 'roots are asked' heard ada '.method == "roots/list"'
say ada '{"jsonrpc":"2.0","id":'"$(told ada '.method == "roots/list"' '.id | tojson')"',"result":{"roots":[{"uri":"file:///hers"}]}}'
wait_answer ada 13
like 'roots' "$(told ada '.id == 13' '.result.content[0].text')" 'file:///hers'
say ada "$(call 14 link__ask)"
wait_answer ada 14
like 'a URL is nothing that this revision can be asked' "$(told ada '.id == 14' '.result.content[0].text')" 'elicitation.url'
say ada '{"jsonrpc":"2.0","id":15,"method":"logging/setLevel","params":{"level":"debug"}}'
wait_answer ada 15
say ada "$(call 16 good__tool1)"
wait_answer ada 16
ok 'log messages' heard ada '.method == "notifications/message"'
say ada "$(call 17 good__change)"
wait_for 'changed lists' heard ada '.method == "notifications/tools/list_changed"' && pass 'changed lists'
say ada "$(call 18 big__big)"
wait_answer ada 18
ok 'an answer of 20 MB' test "$(heard_all ada | jq -n '[inputs | select(.id == 18) | .result.content[0].text | length] | add')" -gt 19000000

# ---- cancellation
traced_calls() {
    [ "$(trace_count slow tools/call)" = "$1" ]
}
cancelled() {
    [ "$(trace_count slow notifications/cancelled)" = "$1" ]
}
say ada "$(call 20 slow__tool1)"
wait_for 'the call is at the server' traced_calls 1
say ada "$(call 20 good__tool1)"
wait_for 'an id that is in use' heard ada '.id == 20 and .error.code == -32600' && pass 'an id that is in use'
say ada '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":20}}'
wait_for 'a cancellation reaches the server' cancelled 1 && pass 'a cancellation reaches the server'
say ada "$(call 21 slow__tool1)"
say ada "$(call 22 slow__tool1)"
wait_for 'the calls are at the server' traced_calls 3
before=$(sessions)
stream_close ada
wait_for 'the end of the stream cancels what is under way' cancelled 3 && pass 'the end of the stream cancels what is under way'
is 'and ends the session' "$(sessions)" $((before - 1))
say ada "$ping"
is 'for good' "$http" 404

# ---- batches, where the revision has them
old_client bob
initialize bob 2025-03-26
say bob '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},'"$(call '"two"' good__tool1)"',{"jsonrpc":"2.0","id":3,"method":"no/such"},{"jsonrpc":"2.0","id":4,"method":"initialize","params":{}}]'
is 'a batch' "$http [$body]" '202 []'
wait_answer bob '"two"'
is 'its answers come one by one' "$(heard_all bob | jq -rn '[inputs | select(.id != 0 and has("id")) | "\(.id)\(if .error then "e" else "r" end)"] | sort | join(" ")')" '1r 3e 4e twor'
say bob '[{"jsonrpc":"2.0","id":1,'
is 'a batch that is no JSON' "$http $(get .error.code)" '400 -32700'

# ---- bounds: who posts and does not wait is stopped, and nobody else is
cat >"$work/flood" <<'TEXT'
url = "URL"
header = "Content-Type: application/json"
data = "{\"jsonrpc\":\"2.0\",\"id\":\"NO\",\"method\":\"tools/call\",\"params\":{\"name\":\"slow__tool1\"}}"
output = "/dev/null"
write-out = "%{http_code}\n"
TEXT
flood() {
    flood_no=0
    while [ $flood_no -lt 1030 ]; do
        flood_no=$((flood_no + 1))
        [ $flood_no -eq 1 ] || echo next
        sed "s|URL|$messages_bob|; s|NO|f$flood_no|" "$work/flood"
    done
}
flood >"$work/flood.cfg"
curl -sS --max-time 60 -K "$work/flood.cfg" 2>/dev/null | sort | uniq -c | awk '{print $1, $2}' >"$work/flood.out"
is 'messages that wait for their answers have a bound' "$(xargs <"$work/flood.out")" '1024 202 6 429'
still_serves 'a flood of messages'
stream_close bob
wait_for 'all of it is cancelled' cancelled 1027 && pass 'all of it is cancelled'

# ---- who does not read is cut off, and nobody else waits
old_client lazy
initialize lazy 2024-11-05
before=$(sessions)
kill -STOP "$(cat "$work/lazy.pid")"
for n in 1 2 3 4; do
    say lazy "$(call "$n" big__big)"
done
cut_off() {
    [ "$(sessions)" = $((before - 1)) ]
}
wait_for 'a client that does not read is cut off' cut_off && pass 'a client that does not read is cut off'
kill -CONT "$(cat "$work/lazy.pid")"
stream_close lazy
still_serves 'a client that does not read'

# ---- the hub lets go
old_client eve /w/old/sse
initialize eve 2024-11-05
(cd "$repo" && mc down >/dev/null 2>&1)
wait_for 'the workspace goes: its streams end' stream_ended eve && pass 'the workspace goes: its streams end'
e2e_done
