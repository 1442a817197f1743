# shellcheck shell=sh disable=SC2154,SC2034
# Requests that stay open while the test goes on, and several sessions at a time. Read after lib.sh.
#
#     stream NAME CURL-OPTION...       begins a request; what comes is collected in $work/NAME.out, its head in $work/NAME.head
#     saw NAME JQ                      has a message come for which the expression is true?
#     messages NAME                    the messages so far, one per line
#     stream_ended NAME, stream_close NAME

stream() {
    stream_name=$1
    shift
    : >"$work/$stream_name.out"
    : >"$work/$stream_name.head"
    rm -f "$work/$stream_name.code"
    (
        # the subshell notes how it ended, also when curl is stopped
        curl -sSN --max-time 60 -D "$work/$stream_name.head" -o "$work/$stream_name.out" "$@" 2>"$work/$stream_name.err" &
        echo $! >"$work/$stream_name.pid"
        wait $!
        echo $? >"$work/$stream_name.code"
    ) 2>/dev/null &
    wait_for "$stream_name is under way" test -s "$work/$stream_name.pid"
}

stream_ended() {
    [ -s "$work/$1.code" ]
}

stream_close() {
    kill "$(cat "$work/$1.pid")" 2>/dev/null
    wait_for "$1 is closed" stream_ended "$1"
}

# The head is there: the hub has answered, and what follows is registered.
stream_begun() {
    grep -q '^HTTP/' "$work/$1.head"
}

stream_status() {
    sed -n 's/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$work/$1.head" | tail -1
}

# One JSON answer, or the data of the events.
messages() {
    if grep -qi '^content-type: text/event-stream' "$work/$1.head"; then
        sed -n 's/^data: *\(.\)/\1/p' "$work/$1.out"
    else
        cat "$work/$1.out" 2>/dev/null
        echo
    fi
}

saw() {
    messages "$1" | jq -e -n "[inputs | select($2)] | length > 0" >/dev/null 2>&1
}

# how_many NAME JQ
how_many() {
    messages "$1" | jq -n "[inputs | select($2)] | length" 2>/dev/null
}

# The id of the last event so far.
last_event() {
    sed -n 's/^id: *//p' "$work/$1.out" | tail -1
}

# client NAME VERSION [CAPABILITIES]: a session of its own; $session_NAME is its id. at: the URL, /mcp unless set.
client() {
    client_name=$1 client_version=$2
    post '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"'"$client_version"'","capabilities":'"${3:-"{}"}"',"clientInfo":{"name":"'"$client_name"'","version":"1"}}}' "${at:-$url/mcp}"
    client_id=$(printf '%s\n' "$head" | sed -n 's/^[Mm]cp-[Ss]ession-[Ii]d: *//p')
    eval "session_$client_name=\$client_id version_$client_name=\$client_version"
    in_session "$client_name" '{"jsonrpc":"2.0","method":"notifications/initialized"}' "${at:-$url/mcp}"
}

# Sets $sid and $rev to those of client NAME.
of_client() {
    eval "sid=\$session_$1 rev=\$version_$1"
}

# in_session NAME BODY [CURL-OPTION...]: like post
in_session() {
    of_client "$1"
    shift
    post "$@" -H "Mcp-Session-Id: $sid" -H "MCP-Protocol-Version: $rev"
}

# begin STREAM NAME BODY [CURL-OPTION...]: a POST of client NAME that is not waited for
begin() {
    begin_stream=$1 begin_body=$3
    of_client "$2"
    shift 3
    printf '%s' "$begin_body" >"$work/$begin_stream.post"
    stream "$begin_stream" -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
        -H "Mcp-Session-Id: $sid" -H "MCP-Protocol-Version: $rev" --data-binary "@$work/$begin_stream.post" "$@" "${at:-$url/mcp}"
}

# standing STREAM NAME [CURL-OPTION...]: the GET stream of client NAME
standing() {
    standing_stream=$1
    of_client "$2"
    shift 2
    stream "$standing_stream" -H 'Accept: text/event-stream' -H "Mcp-Session-Id: $sid" -H "MCP-Protocol-Version: $rev" "$@" "${at:-$url/mcp}"
    wait_for "$standing_stream: the head has come" stream_begun "$standing_stream"
}

# call ID TOOL [ARGUMENTS [META]]: the text of a tools/call; ID is raw JSON
call() {
    printf '{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":"%s","arguments":%s%s}}' "$1" "$2" "${3:-"{}"}" "${4:+,\"_meta\":$4}"
}

# hub_calls TOOL: how many calls of it the hub has begun; of a hub with -vv
hub_calls() {
    grep -F "tools/call \"$1\"" "$work/state/mcpctl/logs/hub.log" | grep -vc ' after [0-9]* us$'
}

# hub_began TOOL N: so many
hub_began() {
    [ "$(hub_calls "$1")" -ge "$2" ]
}

# traced SERVER PATTERN: has a server with --trace got a message that contains the text?
traced() {
    grep -qF -- "$2" "$work"/state/mcpctl/logs/*"$1"*.log
}

# trace_is SERVER PATTERN N: exactly so often; logs are written a moment after what they tell of
trace_is() {
    [ "$(trace_count "$1" "$2")" = "$3" ]
}

# reaches WHAT SERVER PATTERN [N]: a point: the server gets that message, N times
reaches() {
    if [ $# -gt 3 ]; then
        wait_for "$1" trace_is "$2" "$3" "$4" && pass "$1"
    else
        wait_for "$1" traced "$2" "$3" && pass "$1"
    fi
}

trace_count() {
    grep -cF -- "$2" "$work"/state/mcpctl/logs/*"$1"*.log
}
