#!/bin/sh
# Bad input from every side: each gets a precise error, loses nothing, and never stops the hub. Servers first, then requests, then resources.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"

# ---- config: every mistake at once, each with its place
broken=$(new_repo broken)
cat >"$broken/.mcp.json" <<'TEXT'
{
  "mcpServers": {
    "number": {"command": 5},
    "nothing": {"args": ["x"]},
    "both": {"command": "x", "url": "http://localhost:1/mcp"}
  }
}
TEXT
out=$(cd "$broken" && mc up -d --port 0 2>&1)
code=$?
is 'a config with nothing usable: exit status' "$code" 3
for line in 3 4 5; do
    like "malformed config: the mistake in line $line has its place" "$out" ".mcp.json:$line:"
done
printf '{"mcpServers": {"a": {"command": "x"},\n  "b": [}}' >"$broken/.mcp.json"
out=$(cd "$broken" && mc up -d --port 0 2>&1)
is 'config that is no JSON: exit status' $? 3
like 'config that is no JSON: file, line and column' "$out" '.mcp.json:2:'
mc down --all >/dev/null 2>&1

# ---- servers that misbehave, beside a good one
repo=$(new_repo bad)
servers "$repo" \
    "good=$fakeserver" \
    'missing=/nonexistent/program' \
    "exits=$fakeserver --exit-at-once 3 --stderr sorry-about-that" \
    "silent=$fakeserver --silent" \
    "wrongid=$fakeserver --wrong-id" \
    "twice=$fakeserver --answer-twice" \
    "dies=$fakeserver --exit-mid-call" \
    "garbage=$fakeserver --garbage" \
    "slow=$fakeserver --slow 60000" \
    "big=$fakeserver --big 4000000"
hub_up "$repo" || { e2e_done; exit; }
still_serves 'broken servers beside a good one'

failed() {
    case $(server_state "$repo" "$1") in BACKOFF | FAILED) ;; *) return 1 ;; esac
}
last_error() {
    mc status --json | jq -r --arg name "$1" '.workspaces[0].servers[] | select(.name == $name) | "\(.reason // "") \(.lastError // "") \(.stderr // [] | join(" "))"'
}
wait_for 'a missing command fails' failed missing
like 'missing command: the error names it' "$(last_error missing)" /nonexistent/program
wait_for 'a server that exits at once fails' failed exits
like 'exits at once: the exit status is told' "$(last_error exits)" 3
like 'exits at once: its last words are shown' "$(last_error exits)" sorry-about-that
unlike 'never answers: it is not READY' "$(server_state "$repo" silent)" READY
modern_call missing__tool1
unlike 'a call to a server that never ran is no success' "$http $body" '"resultType"'

modern_call garbage__tool1
is 'rubbish on stdout is skipped' "$http $(get .result.resultType)" '200 complete'
modern_call twice__tool1
is 'answers twice: one answer reaches the client' "$http $(get '.id')" '200 1'
modern_call twice__tool1
is 'answers twice: and so for the next call' "$http $(get '.id')" '200 1'
modern_call dies__tool1
unlike 'exits mid-call: the call ends with an error' "$body" '"resultType":"complete"'
like 'exits mid-call: which names the server' "$body" dies

# A client that goes away, one whose answer never comes.
modern_call slow__tool1 '{}' --max-time 0.5
is 'a client that disconnects mid-call' "$http" 000
modern_call wrongid__tool1 '{}' --max-time 0.5
is 'wrong ids: the call is not answered with a stranger' "$http" 000
still_serves 'after those'
printf 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"json' |
    curl -s --max-time 0.3 "telnet://localhost:$port" >/dev/null
still_serves 'half a request'

# ---- messages: exact codes
bad() {
    bad_what=$1 bad_http=$2 bad_code=$3
    shift 3
    post "$@"
    is "$bad_what" "$http $(get .error.code)" "$bad_http $bad_code"
}
call='"jsonrpc":"2.0","method":"tools/call","params":{"name":"good__tool1","arguments":{},'$modern_meta'}'
headers() {
    set -- "$@" -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: good__tool1'
    headers_what=$1 headers_http=$2 headers_code=$3 headers_body=$4
    shift 4
    bad "$headers_what" "$headers_http" "$headers_code" "$headers_body" "$@"
}
bad 'invalid JSON' 400 -32700 '{"jsonrpc":"2.0",'
bad 'an empty body' 400 -32700 ''
bad 'invalid UTF-8' 400 -32700 "$(printf '{"jsonrpc":"2.0","id":1,"method":"ping\377"}')"
bad 'bytes after the message' 400 -32700 '{"jsonrpc":"2.0","id":1,"method":"ping"} x'
bad 'no message' 400 -32600 '{"hello":1}'
bad 'a batch without a session' 400 -32600 '[{"jsonrpc":"2.0","id":1,"method":"ping"}]'
headers 'a method given twice' 400 -32600 '{"id":1,"method":"tools/list",'"$call"'}'
headers 'an id given twice' 400 -32600 '{"id":1,"id":2,'"$call"'}'
headers 'params.name given twice' 400 -32600 '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"good__tool1","name":"slow__tool1",'"$modern_meta"'}}'
headers 'an escaped envelope key' 400 -32600 '{"id":1,"m\u0065thod":"tools/list",'"$call"'}'
headers 'a float as id' 400 -32600 '{"id":1.5,'"$call"'}'
headers 'null as id' 400 -32600 '{"id":null,'"$call"'}'
headers 'an id of 257 bytes' 400 -32600 '{"id":"'"$(printf '%0257d' 0)"'",'"$call"'}'
deep=$(printf '%01000d' 0 | tr 0 '[')
headers '1,000-deep nesting' 400 -32700 '{"id":1,"x":'"$deep$(printf '%s' "$deep" | tr '[' ']')"','"$call"'}'

echoed() {
    post '{"id":'"$2"','"$call"'}' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: good__tool1'
    ok "$1 comes back as it was" grep -qF "\"id\":$2," "$work/body"
}
echoed 'a large integer' 123456789012345678901234567890
echoed 'a negative integer' -7
echoed 'a string' '"a\\u00e9 b"'
echoed 'a string of 256 bytes' '"'"$(printf '%0256d' 7)"'"'

post '{"id":1,"x":1,"x":2,"jsonrpc":"2.0","method":"tools/call","params":{"name":"good__tool1","arguments":{"k":1,"k":2},'"$modern_meta"'}}' \
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: good__tool1'
is 'other keys may be there twice' "$http $(get .result.resultType)" '200 complete'

# ---- headers
bad 'Mcp-Method differs' 400 -32020 '{"id":1,'"$call"'}' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list' -H 'Mcp-Name: good__tool1'
bad 'Mcp-Name differs' 400 -32020 '{"id":1,'"$call"'}' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: other'
bad 'Mcp-Name is missing' 400 -32020 '{"id":1,'"$call"'}' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call'
bad 'the version header is missing' 400 -32020 '{"id":1,'"$call"'}' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: good__tool1'
bad 'a version nobody has' 400 -32022 '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"v999.0.0","io.modelcontextprotocol/clientCapabilities":{}}}}' \
    -H 'MCP-Protocol-Version: v999.0.0' -H 'Mcp-Method: tools/list'
is 'and the error says which was asked for' "$(get .error.data.requested)" v999.0.0
bad 'an unknown method' 404 -32601 '{"jsonrpc":"2.0","id":1,"method":"no/such","params":{'"$modern_meta"'}}' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: no/such'
bad 'params without _meta under the modern header' 400 -32602 '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list'

plain() {
    plain_what=$1 plain_http=$2
    shift 2
    request "$@"
    is "$plain_what" "$http" "$plain_http"
}
plain 'another content type' 415 -H 'Content-Type: text/plain' --data 'x' "$url/mcp"
plain 'another method' 405 -X PUT "$url/mcp"
plain 'an unknown path' 404 "$url/no/such/path"
plain 'an unknown workspace' 404 -H 'Content-Type: application/json' --data '{}' "$url/w/nobody/mcp"
plain 'a foreign Host' 403 -H 'Host: evil.example' --data '{}' "$url/mcp"
plain 'a foreign Origin' 403 -H 'Origin: https://evil.example' --data '{}' "$url/mcp"
plain 'Origin: null' 403 -H 'Origin: null' --data '{}' "$url/mcp"
plain 'a cross-site fetch' 403 -H 'Sec-Fetch-Site: cross-site' --data '{}' "$url/mcp"
plain 'the management API over TCP' 404 "$url/api/status"
head -c 17000000 /dev/zero >"$work/large"
plain 'a body over the cap' 413 -H 'Content-Type: application/json' -H 'Expect:' --data-binary "@$work/large" "$url/mcp"
plain 'headers over the cap' 431 -H "X-Large: $(head -c 40000 /dev/zero | tr '\0' x)" "$url/mcp"

# ---- sessions
session=no-such-session session_version=2025-06-18
legacy '{"jsonrpc":"2.0","id":1,"method":"ping"}'
is 'an unknown session' "$http" 404
bad 'no session at all' 400 -32600 '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' -H 'MCP-Protocol-Version: 2025-06-18'
open_session 2025-06-18
post '{"jsonrpc":"2.0","id":1,"method":"ping"}' -H "Mcp-Session-Id: $session" -H 'MCP-Protocol-Version: 1999-01-01'
is 'a version header that the hub does not serve' "$http" 400
plain 'GET that resumes without a session' 400 -H 'Accept: text/event-stream' -H 'Last-Event-ID: 1-1' "$url/mcp"
plain 'GET of the revision that has none' 405 -H 'Accept: text/event-stream' -H 'MCP-Protocol-Version: 2026-07-28' "$url/mcp"
plain 'GET of a revision that is none' 400 -H 'Accept: text/event-stream' -H 'MCP-Protocol-Version: 1999-01-01' "$url/mcp"
still_serves 'bad requests'

# ---- a client that asks for megabytes and never reads
if command -v bash >/dev/null; then
    big_body='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"big__big","arguments":{},'$modern_meta'}}'
    mkfifo "$work/hold"
    # shellcheck disable=SC2016
    PORT=$port BODY=$big_body bash -c '
        exec 3<>/dev/tcp/127.0.0.1/$PORT
        for i in 1 2 3 4 5 6 7 8; do
            printf "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: big__big\r\nContent-Length: %d\r\n\r\n%s" "${#BODY}" "$BODY" >&3
        done
        echo sent
        read -r _
    ' <"$work/hold" >"$work/sent" &
    reader=$!
    exec 8>"$work/hold"
    wait_for 'the client that never reads has asked' test -s "$work/sent"
    still_serves 'a client that never reads'
    modern_call big__big
    is 'and its server serves others' "$http $(get .result.resultType)" '200 complete'
    exec 8>&-
    wait "$reader"
fi

# ---- a port in use: who has it, and what to do
out=$(cd "$repo" && XDG_RUNTIME_DIR="$work/other" && export XDG_RUNTIME_DIR && mkdir -m 700 "$work/other" && mc up -d --port "$port" 2>&1)
code=$?
is 'a port in use: exit status' "$code" 8
like 'a port in use: the process that holds it is named' "$out" "$hub_pid"
like 'a port in use: the way out is named' "$out" '--port 0'

is 'the hub is the one it was' "$(mc status --json | jq -r .hub.pid)" "$hub_pid"
e2e_done
