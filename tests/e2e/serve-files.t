#!/bin/sh
# mcpctl serve files: the real program over pipes, against a tree that tries to lead it out.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
. "$top_srcdir/tests/e2e/serve-lib.sh"
mcpctl=$top_builddir/mcpctl
root=$work/root
server_words() { "$@" "$mcpctl" serve files "$root"; }

mkdir -p "$root/src/deep/er" "$root/.git" "$work/outside" "$root/many"
echo secret >"$work/outside/secret"
echo hidden >"$root/.git/config"
printf 'one\ntwo NEEDLE\nthree\nfour\nfive needle\n' >"$root/src/a.txt"
printf 'int main(void)\n{\n    return 0; // needle\n}\n' >"$root/src/deep/er/main.c"
printf 'bin\000needle\n' >"$root/blob"
printf 'caf\351\n' >"$root/latin1.txt"
: >"$root/empty"
mkfifo "$root/pipe"
ln -s ../outside/secret "$root/out"
ln -s "$work/outside" "$root/outdir"
ln -s src/a.txt "$root/in"
ln -s "$root/src" "$root/absin"
ln -s loop2 "$root/loop1"
ln -s loop1 "$root/loop2"
ln -s . "$root/src/self"
name=$(printf 'bad\377name')
echo x >"$root/$name"
echo x >"$root/$(printf 'two\nlines')"
i=0
(cd "$root/many" && while [ $i -lt 10000 ]; do echo "f$i" && i=$((i + 1)); done | xargs touch)

# ---- the root holds
for path in ../outside/secret out outdir/secret /etc/passwd src/../../outside/secret "$work/outside/secret" \
    src/self/../../../outside/secret; do
    call read_file "{\"path\":\"$path\"}"
    same "$status" 1 "read_file $path is refused"
    has "$text" "the root" "... and says why"
    hasnt "$text" "secret
" "... and gives nothing away"
    call search_content "{\"pattern\":\"s\",\"path\":\"$path\"}"
    same "$status" 1 "search_content $path is refused"
    call file_info "{\"path\":\"$path/.\"}"
    same "$status" 1 "file_info $path/. is refused"
done
call list_directory '{"path":"outdir"}'
same "$status" 1 "a link to a directory outside is not listed"
call read_file '{"path":"in"}'
has "$text" "two NEEDLE" "a link that stays inside is followed"
call read_file '{"path":"absin/a.txt"}'
has "$text" "two NEEDLE" "so is one with an absolute target inside"
call read_file "{\"path\":\"$root/src/a.txt\"}"
has "$text" "two NEEDLE" "an absolute path below the root is understood"
call read_file '{"path":"src/deep/../a.txt"}'
has "$text" "two NEEDLE" "so is .. inside"
call read_file '{"path":"loop1"}'
has "$text" "loop of symbolic links" "a loop is told as such"
call read_file '{"path":"a\u0000b"}'
has "$text" 'argument "path"' "a NUL byte is refused"
call read_file '{"path":"nothing"}'
same "$text" "nothing does not exist" "what is missing is told as such"

# ---- kinds of files
call read_file '{"path":"pipe"}'
has "$text" "pipe is a fifo" "a FIFO does not block"
call read_file '{"path":"src"}'
has "$text" "list_directory" "a directory: what to use instead"
call list_directory '{"path":"empty"}'
has "$text" "read_file" "a file: what to use instead"
call read_file '{"path":"blob"}'
has "$text" "blob is a binary file" "binary is told as such"
call read_file '{"path":"latin1.txt"}'
has "$text" "not UTF-8" "other encodings are readable, with a note"
call read_file '{"path":"empty"}'
same "$text" "[the file is empty]" "an empty file"

# ---- reading
call read_file '{"path":"src/a.txt"}'
same "$text" "$(cat "$root/src/a.txt")" "a whole file is its bytes"
call read_file '{"path":"src/a.txt","start_line":2,"end_line":3,"line_numbers":true}'
same "$text" "     2	two NEEDLE
     3	three
[lines 2 to 3 of 5; continue behind with start_line]" "a range with numbers"
call read_file '{"path":"src/a.txt","start_line":9}'
has "$text" "the file has 5 lines" "a range behind the end"
call read_file '{"path":"src/a.txt","start_line":3,"end_line":2}'
same "$status" 1 "a range that ends before it starts"
seq 1 300000 >"$root/long"
call read_file '{"path":"long","end_line":300000}'
has "$text" "continue with start_line=" "a long file is cut with a note that goes on"
next=$(printf '%s\n' "$text" | sed -n 's/.*continue with start_line=\([0-9]*\).*/\1/p')
call read_file "{\"path\":\"long\",\"start_line\":$next,\"end_line\":$next}"
same "$(printf '%s\n' "$text" | head -n 1)" "$next" "... at the right line"
rm "$root/long"

# ---- listing
call list_directory '{}'
hasnt "$text" ".git" ".git is hidden"
has "$text" "blob (11 bytes)" "sizes"
has "$text" "out -> ../outside/secret" "links with their targets"
has "$text" "bad?name" "names that are not UTF-8 are made printable"
has "$text" "two?lines" "so are those with control characters"
same "$(printf '%s\n' "$text" | grep -c '^src/')" 1 "depth 1 stays at the top"
call list_directory '{"path":"src","depth":5}'
same "$text" "a.txt (38 bytes)
deep/
deep/er/
deep/er/main.c (43 bytes)
self -> ." "a tree, links not followed"
call list_directory '{"path":"many"}'
has "$text" "1000 of 10000 entries are shown" "10,000 entries are bounded"
has "$(data list_directory '{"path":"many","max_entries":1}')" \
    '"entries":[{"path":"f0","type":"file","size":0}],"total":10000,"truncated":true' "structured listing"
has "$(data file_info '{"path":"src/a.txt"}')" '"size":38,' "structured file_info"
call file_info '{"path":"out"}'
has "$text" "leads out of the root" "file_info tells where a link leads"

# ---- searching
call search_files '{"glob":"*.c"}'
same "$text" "src/deep/er/main.c" "by name"
call search_files '{"glob":"src/**/*.txt"}'
same "$text" "src/a.txt" "by path"
call search_files '{"glob":"src/*.c"}'
has "$text" "nothing below" "a star stays within its directory"
call search_files '{"glob":"f*","max_results":2}'
has "$text" "stopped at max_results=2" "bounded"
call search_content '{"pattern":"needle"}'
same "$text" "src/a.txt:5: five needle
src/deep/er/main.c:3:     return 0; // needle
[1 binary files were not searched]" "by content"
call search_content '{"pattern":"NEEDLE","ignore_case":true,"path":"src/a.txt","context":1}'
same "$text" "src/a.txt-1- one
src/a.txt:2: two NEEDLE
src/a.txt-3- three
src/a.txt-4- four
src/a.txt:5: five needle" "with context, each line once"
call search_content '{"pattern":"^f(our|ive)","regex":true,"glob":"*.txt"}'
same "$text" "src/a.txt:4: four
src/a.txt:5: five needle" "by regular expression and glob"
call search_content '{"pattern":"(","regex":true}'
has "$text" "not a POSIX extended regular expression" "a wrong one is explained"
call search_content '{"pattern":"hidden"}'
has "$text" "no match" ".git is not searched"
call search_content '{"pattern":"secret"}'
has "$text" "no match" "links are not searched"
call search_content '{"pattern":"e","max_results":1}'
has "$text" "stopped at max_results=1" "bounded"

# ---- arguments
call read_file '{}'
has "$text" 'argument "path" is missing' "a missing argument is named"
call read_file '{"pth":"x"}'
has "$text" 'did you mean "path"?' "an unknown one too"
call list_directory '{"depth":99}'
same "$text" 'argument "depth": got 99, allowed is an integer from 1 to 20' "bounds are named"
call list_directory '{"depth":"2"}'
same "$status" 1 "a string is no integer"
call list_directory '{"depth":null}'
same "$status" 0 "null is as good as nothing"

# ---- protocol
init() { printf '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"%s","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}' "$1"; }
for v in 2024-11-05 2025-03-26 2025-06-18 2025-11-25; do
    has "$(raw "$(init $v)")" "\"protocolVersion\":\"$v\"" "initialize $v"
done
has "$(raw "$(init 1999-01-01)")" '"protocolVersion":"2025-11-25"' "an unknown revision gets the newest legacy one"
list='{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
out=$(raw "$(init 2024-11-05)" "$list")
hasnt "$out" '"annotations"' "2024-11-05 has no annotations"
out=$(raw "$(init 2025-11-25)" "$list")
has "$out" '"annotations":{"readOnlyHint":true' "read-only is declared"
hasnt "$out" resultType "legacy results have no resultType"
has "$(raw "$list")" '"code":-32602' "tools/list before initialize and without _meta"
same "$(raw '{"jsonrpc":"2.0","id":"p\u0041 ","method":"ping"}')" '{"jsonrpc":"2.0","id":"p\u0041 ","result":{}}' "ids come back byte for byte"
same "$(raw '{"jsonrpc":"2.0","id":12345678901234567890,"method":"ping"}')" '{"jsonrpc":"2.0","id":12345678901234567890,"result":{}}' "big integers too"
same "$(raw '{"jsonrpc":"2.0","method":"notifications/whatever"}')" '' "notifications get no answer"
has "$(raw '{"jsonrpc":"2.0",')" '"code":-32700' "bad JSON"
has "$(raw '[]')" '"code":-32600' "a batch where there are none"
has "$(raw '{"jsonrpc":"2.0","id":1.5,"method":"ping"}')" '{"jsonrpc":"2.0","error":{"code":-32600' "a float is no id"
has "$(raw "$(init 2025-03-26)" '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/initialized"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"empty"}}}]')" \
    '[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2,"result":{"content"' "2025-03-26 has batches"
meta() { printf '{"jsonrpc":"2.0","id":1,"method":"%s","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"%s","io.modelcontextprotocol/clientCapabilities":{}}%s}}' "$1" "${3:-2026-07-28}" "$2"; }
out=$(raw "$(meta server/discover '')")
has "$out" '"supportedVersions":["2026-07-28"]' "server/discover"
has "$out" '"resultType":"complete","ttlMs":' "... is cacheable"
has "$out" '"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"mcpctl-files"' "... and says who answers"
has "$(raw "$(meta tools/list '')")" '"cacheScope":"public"' "modern tools/list"
out=$(raw "$(meta tools/call ',"name":"read_file","arguments":{"path":"empty"}')")
has "$out" '"resultType":"complete"' "modern tools/call"
hasnt "$out" ttlMs "... is not cacheable"
has "$(raw "$(meta tools/list '' 2030-01-01)")" '"code":-32022,"message":"Unsupported protocol version","data":{"supported":["2026-07-28"],"requested":"2030-01-01"}' "unknown modern revision"
has "$(raw "$(meta ping '')")" '"code":-32601' "ping is gone in 2026-07-28"
has "$(raw "$(meta resources/list '')")" '"code":-32601' "what is not offered"
has "$(raw "$(meta tools/call ',"name":"nope"')")" '"code":-32602,"message":"Unknown tool' "unknown tool"
has "$(raw '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}')" '"code":-32602' "clientCapabilities are required"
out=$({ head -c 1100000 /dev/zero | tr '\0' x; echo; printf '{"jsonrpc":"2.0","id":1,"method":"ping"}\n'; } | "$mcpctl" serve files "$root")
has "$out" 'longer than 1 MiB' "a line that is too long is refused"
has "$out" '"id":1,"result":{}' "... and the next one served"
has "$(printf '{"jsonrpc":"2.0","id":1,"method":"ping"}' | "$mcpctl" serve files "$root")" '"id":1' "a last line without its end"

# ---- life
"$mcpctl" serve files "$work/nowhere" </dev/null >/dev/null 2>"$work/err"
same $? 1 "a root that is not there"
has "$(cat "$work/err")" "nowhere" "... is named"
mkfifo "$work/stdin" "$work/stdout"
"$mcpctl" serve files "$root" <"$work/stdin" >"$work/stdout" &
pid=$!
exec 3>"$work/stdin" 4<"$work/stdout"
# Its answer shows that it is mcpctl, not still the shell that becomes it.
printf '{"jsonrpc":"2.0","id":1,"method":"ping"}\n' >&3
has "$(timeout 20 head -n 1 <&4)" '"id":1' "a ping while stdin stays open"
kill -TERM $pid
wait $pid 2>/dev/null
same $? 143 "SIGTERM ends it while stdin is open"
exec 3>&- 4<&-
# a pattern that takes for ever, its cancellation, then a call that must be answered first
yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab | head -n 2000 >"$root/slow"
out=$(raw "$(init 2025-11-25)" \
    '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"search_content","arguments":{"path":"slow","regex":true,"pattern":"(a*)*(a*)*\\1\\2(a*)*c"}}}' \
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}' \
    '{"jsonrpc":"2.0","id":8,"method":"ping"}')
hasnt "$out" '"id":7' "a cancelled call is not answered"
has "$out" '"id":8' "... and the server goes on"
done_testing
