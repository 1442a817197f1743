#!/bin/sh
# Calls that take long, for clients of 2025-11-25: their answers can be fetched after the connection is gone, and the hub itself gives connections back.
# streams.sh sets session_NAME by eval.
# shellcheck disable=SC2154
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

repo=$(new_repo polling)
gate held
servers "$repo" "s=$fakeserver --trace --gate $work/held.gate"
hub_up "$repo" || { e2e_done; exit; }
all_ready
begun() {
    [ -n "$(last_event "$1")" ]
}
fields() {
    sed -n 's/^\(id\|retry\|data\): *\(.*\)$/\1=\2/p' "$work/$1.out" | tr '\n' ' '
}
# at_server N: so many calls of tool2 are there
at_server() {
    [ "$(trace_count s '"name":"tool2"')" -ge "$1" ]
}

# ---- an answer that takes more than a moment
client new 2025-11-25
begin long new "$(call 1 s__tool1)"
wait_for 'the response begins before the answer' begun long
is 'as an event stream' "$(stream_status long) $(grep -ci '^content-type: text/event-stream' "$work/long.head")" '200 1'
is 'whose first event has an id, when to come back, and no data' "$(fields long)" 'id=0-0 retry=1000 data= '
stream_close long
go held
begin resumed new '' -X GET -H 'Last-Event-ID: 0-0'
wait_for 'GET gets what was missed, and ends' stream_ended resumed
is 'the answer' "$(messages resumed | jq -c '[.id, .result.content[0].text]')" '[1,"tool1 called: naïve ✓ 漢字 😀"]'
is 'the call was not cancelled' "$(trace_count s notifications/cancelled)" 0

# ---- who does not know that stays with one JSON answer
client old 2025-06-18
begin whole old "$(call 2 s__tool1)"
call 3 s__tool1 >"$work/plain.post"
stream plain -H 'Content-Type: application/json' -H 'Accept: application/json' -H "Mcp-Session-Id: $session_new" -H 'MCP-Protocol-Version: 2025-11-25' \
    --data-binary "@$work/plain.post" "$url/mcp"
begin mark new "$(call 4 s__tool1)"
wait_for 'the time is over at which a stream begins' begun mark
is 'a client of 2025-06-18: nothing yet' "$(cat "$work/whole.head")" ''
is 'one that takes no event streams: nothing yet' "$(cat "$work/plain.head")" ''
for _ in 1 2 3; do go held; done
for name in whole plain mark; do wait_for "$name ends" stream_ended $name; done
is 'the first has JSON' "$(stream_status whole) $(messages whole | jq -c .id)" '200 2'
is 'so has the second' "$(grep -ci '^content-type: application/json' "$work/plain.head") $(messages plain | jq -c .id)" '1 3'

# ---- a browser has six connections to a host: no more than four are held
client page 2025-11-25
origin="Origin: http://localhost:$port"
for n in 1 2 3 4 5; do
    begin "b$n" page "$(call $n s__tool2)" -H "$origin"
    wait_for "call $n is at the server" at_server $n
done
for n in 1 2 3 4 5; do wait_for "call $n has its stream" begun "b$n"; done
wait_for 'the first one is ended by the hub' stream_ended b1
is 'properly' "$(cat "$work/b1.code")" 0
is 'without an answer, but with the time to come back' "$(fields b1)" 'id=0-0 retry=1000 data= retry=1000 '
ok 'the others stay' sh -c 'for n in 2 3 4 5; do [ ! -s "$1/b$n.code" ] || exit 1; done' sh "$work"
is 'nothing was cancelled' "$(trace_count s notifications/cancelled)" 0
begin back page '' -X GET -H 'Last-Event-ID: 0-0' -H "$origin"
wait_for 'coming back takes the connection of the next' stream_ended b2
for _ in 1 2 3 4 5; do go held; done
begin next page '' -X GET -H "Last-Event-ID: $(last_event b2)" -H "$origin"
for name in back next b3 b4 b5; do wait_for "$name ends" stream_ended $name; done
is 'every call has its answer, once' "$(for name in b1 back b2 next b3 b4 b5; do messages $name; done | jq -r 'select(.result) | .id' | xargs)" '1 2 3 4 5'

# Whoever is no browser keeps all of them.
for n in 1 2 3 4 5; do
    begin "n$n" new "$(call $n s__tool2)"
    wait_for "call $n is at the server" at_server $((5 + n))
done
for n in 1 2 3 4 5; do wait_for "call $n has its stream" begun "n$n"; done
ok 'no browser: all five are held' sh -c 'for n in 1 2 3 4 5; do [ ! -s "$1/n$n.code" ] || exit 1; done' sh "$work"
for _ in 1 2 3 4 5; do go held; done
for n in 1 2 3 4 5; do wait_for "n$n ends" stream_ended "n$n"; done
e2e_done
