#!/bin/sh
# Servers that misbehave beside a good one: it goes on, and status says what is wrong with the others. What dies, what comes back, what is left.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

field() {
    mc status --json | jq -r --arg name "$1" ".workspaces[0].servers[] | select(.name == \$name) | .$2"
}
state_is() {
    [ "$(field "$1" state)" = "$2" ]
}
post_call() {
    modern_call "$1" '{}' --max-time 20
}

repo=$(new_repo servers)
# A server that works once it may: while the file "broken" is there it exits with words on stderr.
cat >"$work/moody" <<TEXT
#!/bin/sh
[ ! -e "$work/broken" ] || { echo "no mood today" >&2; exit 7; }
exec "$fakeserver"
TEXT
# Answers that are broken, but name their call.
cat >"$work/mangler" <<'TEXT'
#!/bin/sh
while IFS= read -r line; do
    id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"m","version":"1"}}}\n' "$id" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"utf8","inputSchema":{"type":"object"}},{"name":"cut","inputSchema":{"type":"object"}},{"name":"twin","inputSchema":{"type":"object"}},{"name":"array","inputSchema":{"type":"object"}},{"name":"codeless","inputSchema":{"type":"object"}},{"name":"null","inputSchema":{"type":"object"}},{"description":"nameless"}]}}\n' "$id" ;;
    *'"utf8"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"\377"}]}}\n' "$id" ;;
    *'"cut"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[\n' "$id" ;;
    *'"twin"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"isError":false,"isError":true,"content":[]}}\n' "$id" ;;
    *'"array"'*) printf '{"jsonrpc":"2.0","id":%s,"result":[]}\n' "$id" ;;
    *'"codeless"'*) printf '{"jsonrpc":"2.0","id":%s,"error":"oh"}\n' "$id" ;;
    *'"null"'*) printf '{"jsonrpc":"2.0","id":null,"result":{}}\n{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n' "$id" ;;
    esac
done
TEXT
chmod +x "$work/moody" "$work/mangler"
servers "$repo" \
    "good=$fakeserver --trace" \
    "split=$fakeserver --split-utf8" \
    "flood=$fakeserver --flood-stderr" \
    "huge=$fakeserver --big 100000000" \
    "large=$fakeserver --big 10000000" \
    "probeexit=$fakeserver --probe-exit" \
    "unread=$fakeserver --never-read" \
    "dies=$fakeserver --exit-mid-call" \
    "brief=$fakeserver --exit-after 3" \
    "moody=$work/moody" \
    "mangler=$work/mangler" \
    "forks=$fakeserver --fork 3" \
    "stubborn=$fakeserver --ignore-term --fork 1" \
    "pages=$fakeserver --pages 2 --resources --prompts --tools 7" \
    "old=$fakeserver --version 2024-11-05" \
    "future=$fakeserver --version 2031-01-01"
hub_up "$repo" || { e2e_done; exit; }
wait_for 'good is ready' state_is good READY
good_pid=$(field good pid)

# ---- odd, but right
for name in split flood probeexit pages old; do
    wait_for "$name is ready" state_is $name READY
    post_call "${name}__tool1"
    is "$name: a call" "$http $(get '.result.content[0].text')" '200 tool1 called: naïve ✓ 漢字 😀'
done
is 'flood on stderr: status keeps the last lines alone' "$(field flood 'stderr | length <= 8')" true
modern tools/list
is 'all pages of a list are there' "$(get '[.result.tools[].name | select(startswith("pages__"))] | length')" 9
is 'the revision that was agreed on is told' "$(field old version)" 2024-11-05
post_call large__big
is 'an answer of 10 MB' "$http $(get '.result.content[0].text | length > 9000000')" '200 true'

# ---- wrong, each in its way
wait_for 'a revision that nobody speaks: FAILED' state_is future FAILED
like 'a revision that nobody speaks: the reason names it' "$(field future lastError)" 2031-01-01
post_call huge__big
is 'an answer of 100 MB: the call ends' "$http $(get .error.code)" '200 -32603'
like 'an answer of 100 MB: the error says so' "$(get .error.message)" 'more than 67108864 bytes'
like 'an answer of 100 MB: status says so' "$(field huge lastError)" 'more than 67108864 bytes'
post_call huge__tool1
is 'and that server goes on' "$http $(get .result.resultType)" '200 complete'

for tool in utf8 cut twin; do
    post_call mangler__$tool
    is "a broken answer ($tool): the call ends at once" "$http $(get .error.code)" '200 -32603'
    like "a broken answer ($tool): the error names the server" "$(get .error.message)" 'server mangler gave a broken answer'
done
post_call mangler__array
like 'a result that is no object' "$http $(get .error.message)" '200 *not an object'
post_call mangler__codeless
like 'an error without a code' "$http $(get .error.message)" '200 *no code'
post_call mangler__null
is 'a result with null for an id is nobody'\''s' "$http $(get .result.resultType)" '200 complete'
like 'a tool without a name is left out, and told' "$(mc status --json | jq -r '.workspaces[0].servers[] | select(.name == "mangler") | .tools')" 6

# ---- dying, coming back, being given up
pid=$(field dies pid)
post_call dies__tool1
like 'a server that dies in a call: the error names it' "$http $(get .error.message)" '200 *server dies*exited with status 1*may or may not have'
back() {
    [ "$(field dies state)" = READY ] && [ "$(field dies pid)" != "$pid" ]
}
wait_for 'it is started again' back && pass 'a server that died is started again'
ok 'and counted' test "$(field dies restarts)" -ge 1
given_up() {
    state_is brief FAILED
}
wait_for 'a server that always dies after its handshake is given up' given_up && pass 'a server that always dies after its handshake is given up'
like 'and status says why' "$(field brief reason)" 'exited with status 1'
: >"$work/broken"
kill "$(field moody pid)"
wait_for 'a server whose process is killed is missed' sh -c '[ "$("$1" status --json | jq -r ".workspaces[0].servers[] | select(.name == \"moody\") | .state")" != READY ]' sh "$top_builddir/mcpctl"
tried_often() {
    [ "$(field moody restarts)" -ge 3 ] || state_is moody FAILED
}
wait_for 'moody is tried again, ever later' tried_often
wait_for 'moody is given up' state_is moody FAILED
like 'and its last words are told' "$(field moody reason) $(field moody stderr)" 'no mood today'
post_call moody__tool1
is 'a call to it fails' "$http $(get .error.code)" '200 -32603'
like 'and says why' "$(get .error.message)" 'no mood today'
rm "$work/broken"
ok 'start tries again' sh -c 'cd "$1" && "$2" start moody' sh "$repo" "$top_builddir/mcpctl"
wait_for 'moody recovers' state_is moody READY
post_call moody__tool1
is 'and works' "$http $(get .result.resultType)" '200 complete'
ok 'stop' sh -c 'cd "$1" && "$2" stop moody' sh "$repo" "$top_builddir/mcpctl"
wait_for 'moody is stopped' state_is moody STOPPED
post_call moody__tool1
is 'a call wakes a stopped server' "$http $(get .result.resultType) $(field moody state)" '200 complete READY'

# ---- calls that take too long: another workspace, with short times
brisk=$(new_repo brisk)
# Takes five steps of 0.4 s, and says so when it is asked to: longer than a call may take, but for progress. Otherwise it never ends.
cat >"$work/walker" <<'TEXT'
#!/bin/sh
while IFS= read -r line; do
    echo "$line" >&2
    id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
    token=$(printf '%s' "$line" | sed -n 's/.*"progressToken":\([0-9]*\).*/\1/p')
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"w","version":"1"}}}\n' "$id" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"walk","inputSchema":{"type":"object"}}]}}\n' "$id" ;;
    *tools/call*)
        [ -n "$token" ] || continue
        for step in 1 2 3 4 5; do
            sleep 0.4
            printf '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%s,"progress":%s}}\n' "$token" "$step"
        done
        printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n' "$id"
        ;;
    esac
done
TEXT
chmod +x "$work/walker"
jq -n --arg walker "$work/walker" --arg fake "$fakeserver" '{mcpServers: {
    walker: {command: $walker, timeout: {call: "1500ms"}},
    mute: {command: $fake, args: ["--no-initialize-answer"], timeout: {start: "1s"}}}}' >"$brisk/.mcp.json"
(cd "$brisk" && mc trust && mc up -d) >/dev/null 2>&1
brisk_is() {
    [ "$(mc status --json | jq -r --arg name "$1" '.workspaces[1].servers[] | select(.name == $name) | .state')" = "$2" ]
}
wait_for 'walker is ready' brisk_is walker READY
at=$url/w/brisk/mcp client hurried 2025-06-18
in_session hurried "$(call 1 walker__walk '{}' '{"progressToken":9}')" "$url/w/brisk/mcp"
is 'progress moves the deadline on' "$http $(get '"\(.id) \(.result.content | tojson)"')" '200 1 []'
in_session hurried "$(call 2 walker__walk)" "$url/w/brisk/mcp"
is 'without it the call ends' "$http $(get '"\(.id) \(.error.code)"')" '200 2 -32603'
like 'and says after how long' "$(get .error.message)" 'server walker did not answer within 1 s'
wait_for 'the server is told' traced walker '"reason":"timeout"' && pass 'and the server is told to stop'
wait_for 'a server that never answers initialize is given up' brisk_is mute FAILED
like 'and the reason says so' "$(mc status --json | jq -r '.workspaces[1].servers[] | select(.name == "mute") | .reason')" 'did not answer'
(cd "$brisk" && mc down >/dev/null)

# ---- a server that never reads
unlike 'never reads: not ready' "$(field unread state)" READY
still_serves 'all of them'
is 'and the good one is the process it was' "$(field good pid) $(field good restarts)" "$good_pid 0"

# ---- what servers leave behind
forked() {
    post_call "$1__pid" >/dev/null
    get '.result.structuredContent | ([.pid] + .forked)[]'
}
gone() {
    for process; do
        [ ! -e "/proc/$process" ] || [ "$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$process/status" 2>/dev/null)" = Z ] || return 1
    done
}
processes=$(forked forks)
is 'a server with daemons' "$(printf '%s\n' "$processes" | wc -l)" 4
(cd "$repo" && mc stop forks >/dev/null)
# Word splitting is wanted: a list of ids.
# shellcheck disable=SC2086
wait_for 'its daemons end with it' gone $processes && pass 'daemons of a server end with it'
processes=$(forked stubborn)
(cd "$repo" && mc stop stubborn >/dev/null)
# shellcheck disable=SC2086
wait_for 'a server that ignores SIGTERM and the end of its input is killed' gone $processes && pass 'a server that ignores SIGTERM is killed, with its daemons'

# ---- the hub is killed: nothing survives it
post_call stubborn__tool1
processes="$(forked stubborn) $(forked forks) $(mc status --json | jq -r '.workspaces[0].servers[].pid // empty')"
kill -9 "$hub_pid"
# shellcheck disable=SC2086
wait_for 'no server survives a killed hub' gone $processes && pass 'no server survives a killed hub'
ok 'up starts a new one' sh -c 'cd "$1" && "$2" up -d --port 0' sh "$repo" "$top_builddir/mcpctl"
hub_address
still_serves 'after that'
e2e_done
