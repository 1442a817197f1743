#!/bin/sh
# Names and URIs of several servers behind one endpoint: prefixes, length, strange characters, collisions, and who owns a resource.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/streams.sh"

# lister WORD TOOLS-FILE [RESOURCES-FILE]: answers each call and each read with its own word and the name that it was asked for
cat >"$work/lister" <<'TEXT'
#!/bin/sh
resources=
[ -z "${3:-}" ] || resources=',"resources":{}'
while IFS= read -r line; do
    id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
    name=$(printf '%s' "$line" | sed -n 's/.*"name":\("[^"]*"\).*/\1/p')
    uri=$(printf '%s' "$line" | sed -n 's/.*"uri":"\([^"]*\)".*/\1/p')
    case $line in
    *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{},"prompts":{}%s},"serverInfo":{"name":"l","version":"1"}}}\n' "$id" "$resources" ;;
    *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s]}}\n' "$id" "$(cat "$2")" ;;
    *resources/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resources":[%s]}}\n' "$id" "$(cat "$3")" ;;
    *templates/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"resourceTemplates":[%s]}}\n' "$id" "$(cat "$3.templates")" ;;
    *prompts/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"prompts":[{"name":"ask"}]}}\n' "$id" ;;
    *prompts/get*) printf '{"jsonrpc":"2.0","id":%s,"result":{"description":"%s","messages":[]}}\n' "$id" "$1" ;;
    *tools/call*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[],"structuredContent":{"by":"%s","name":%s}}}\n' "$id" "$1" "$name" ;;
    *resources/read*)
        if printf '%s' "$uri" | grep -qE "$(cat "$3.has")"; then
            printf '{"jsonrpc":"2.0","id":%s,"result":{"contents":[{"uri":"%s","text":"%s"}]}}\n' "$id" "$uri" "$1"
        else
            printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32002,"message":"mine it is not"}}\n' "$id"
        fi
        ;;
    esac
done
TEXT
chmod +x "$work/lister"
schema='"inputSchema":{"type":"object"}'
tools() {
    tools_file=$1
    shift
    printf '{"name":"%s",'"$schema"'}\n' "$@" | paste -sd, - >"$work/$tools_file"
}
long=$(printf 'tool_%080d_end' 0)
long2=$(printf 'tool_%080d_enD' 0)
# escapes as JSON has them
tools odd 'two words' 'dots.and/slashes' 'na\u00efve' 'a__b' '__' "$long" "$long2" 'quo\"te' x
tools plain x only_here
tools other b__x
printf '{"uri":"both://one","name":"n"},{"uri":"mine://list","name":"m"}' >"$work/first"
printf '{"uriTemplate":"tmpl://a/{x}","name":"t"},{"uriTemplate":"tmpl://{+x}","name":"u"}' >"$work/first.templates"
echo '^(both|mine|tmpl|hidden-first):' >"$work/first.has"
printf '{"uri":"both://one","name":"n"},{"uri":"b://list","name":"m"}' >"$work/second"
printf '{"uriTemplate":"tmpl://a/b/{x}","name":"t"}' >"$work/second.templates"
echo '^(both|b|tmpl|hidden-second):' >"$work/second.has"

repo=$(new_repo names)
jq -n --arg lister "$work/lister" --arg work "$work" '{mcpServers: {
    odd: {command: $lister, args: ["odd", "\($work)/odd"]},
    first: {command: $lister, args: ["first", "\($work)/plain", "\($work)/first"]},
    second: {command: $lister, args: ["second", "\($work)/plain", "\($work)/second"]},
    a: {command: $lister, args: ["a", "\($work)/other"]},
    "a__b": {command: $lister, args: ["a__b", "\($work)/plain"]},
    bare: {command: $lister, args: ["bare", "\($work)/plain"], prefix: ""},
    barer: {command: $lister, args: ["barer", "\($work)/plain"], prefix: ""},
    "my server.x!": {command: $lister, args: ["mine", "\($work)/plain"]},
    renamed: {command: $lister, args: ["renamed", "\($work)/plain"], prefix: "short"}
}}' >"$repo/.mcp.json"
hub_up "$repo" || { e2e_done; exit; }
all_ready

names() {
    modern tools/list
    get '.result.tools[].name'
}
all=$(names)
is 'every name has legal characters alone' "$(printf '%s\n' "$all" | grep -vc '^[A-Za-z0-9_-]*$')" 0
is 'and at most 51 of them' "$(printf '%s\n' "$all" | awk 'length > 51' | wc -l)" 0
is 'and is there once' "$(printf '%s\n' "$all" | sort | uniq -d)" ''
is 'servers as configured, tools as the server gave them' "$(printf '%s\n' "$all" | grep -n '^first__x$\|^second__x$\|^short__x$' | cut -d: -f2 | tr '\n' ' ')" 'first__x second__x short__x '
by() {
    modern_call "$1"
    get '.result.structuredContent | "\(.by) \(.name)"'
}
is 'a plain name' "$(by first__x)" 'first x'
is 'a chosen prefix' "$(by short__x)" 'renamed x'
is 'no prefix' "$(by only_here)" 'bare only_here'
is 'a name that looks like a prefix' "$(by odd__a__b)" 'odd a__b'
is 'nothing but the separator' "$(by odd____)" 'odd __'

# each of odd's strange names: shown under some name, which leads back to it
like 'the head of a changed name stays' "$all" 'odd__two_words_'
back=$(for name in $(printf '%s\n' "$all" | grep '^odd__\|^odd_'); do
    by "$name"
done | sort)
for want in 'odd two words' 'odd dots.and/slashes' 'odd naïve' 'odd x' "odd $long" "odd $long2"; do
    like "there is a way back to: $(printf '%.30s' "$want")" "$back" "$want"
done
is 'a tool of the server whose name has strange characters' "$(by "$(printf '%s\n' "$all" | grep '^my_server_x___x_')")" 'mine x'

# ---- collisions
is 'a__b__x could be two: the first server has it' "$(by a__b__x)" 'a b__x'
problems=$(mc status --json | jq -r '.workspaces[0].problems[], (.workspaces[0].collisions // empty | tostring)')
like 'the collision of two tools is reported' "$problems$(mc status)" 'a__b__x'
like 'so is that of two servers without a prefix' "$problems$(mc status)" 'only_here'
like 'so is that of two resources' "$problems$(mc status)" 'both://one'
modern resources/list
is 'a URI of two servers is listed once' "$(get '[.result.resources[].uri] | sort | join(" ")')" 'b://list both://one mine://list'

# ---- one server: nothing in front
post '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$modern_meta"'}}' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list' "$url/s/odd/mcp"
is 'at its own endpoint a server has its own names' "$(get '.result.tools[0:2] | map(.name) | join("|")')" 'two words|dots.and/slashes'
single() {
    post '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"'"$2"'",'"$modern_meta"'}}' -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H "Mcp-Name: $2" "$url/$1/mcp"
    get '.result.structuredContent | "\(.by) \(.name)"'
}
is 'and is called by them' "$(single s/odd 'two words')" 'odd two words'
is 'by the long way too' "$(single w/names/s/second x)" 'second x'
is 'and under an encoded name' "$(single w/names/s/my%20server.x%21 x)" 'mine x'
single s/odd odd__x >/dev/null
is 'but not by the merged ones' "$(get .error.code)" -32602
post '{}' "$url/s/nobody/mcp"
is 'a server that is not there' "$http" 404

# ---- prompts
modern prompts/list
is 'prompts have the prefixes' "$(get '[.result.prompts[].name] | map(select(. == "odd__ask" or . == "short__ask" or . == "ask")) | join(" ")')" 'odd__ask ask short__ask'
modern prompts/get '"name":"second__ask"' second__ask
is 'and are routed' "$(get .result.description)" second

# ---- resources: by list, by template, by asking around
owner() {
    modern resources/read '"uri":"'"$1"'"' "$1"
    get '.result.contents[0].text // .error.code'
}
is 'the first owner of a URI' "$(owner both://one)" first
is 'a listed resource' "$(owner b://list)" second
is 'the template with the longest literal part' "$(owner tmpl://a/b/c)" second
is 'a template' "$(owner tmpl://a/b)" first
is 'a reserved expansion' "$(owner tmpl://z/y/x)" first
is 'what nobody lists: the servers are asked, the first' "$(owner hidden-first://x)" first
is 'what nobody lists: and the next' "$(owner hidden-second://x)" second
is 'and at once the next time' "$(owner hidden-second://x)" second
is 'what nobody has' "$(owner nobody://x)" -32602
modern resources/read '"uri":"nobody://x"' nobody://x
is 'the hub'\''s own words then' "$(get '"\(.error.message) \(.error.data.uri)"')" 'Resource not found nobody://x'
client l 2025-06-18
in_session l '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"nobody://x"}}'
is 'the same for a legacy client' "$(get .error.code)" -32002
in_session l '{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"both://one"}}'
is 'no server can subscribe: no such method' "$(get .error.code)" -32601
in_session l '{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"odd__ask"},"argument":{"name":"x","value":""}}}'
is 'no server completes: no such method' "$(get .error.code)" -32601
modern completion/complete '"ref":{"type":"ref/prompt","name":"odd__ask"},"argument":{"name":"x","value":""}'
is 'with its status in the modern era' "$http $(get .error.code)" '404 -32601'

# ---- stable over restarts, and from the cache
mc down --all >/dev/null
wait_for 'the hub has ended' nothing_left
hub_up "$repo"
is 'the names are the same after a restart' "$(names)" "$all"

# ---- another bound
mkdir "$repo/.mcpctl"
echo '{"nameMax": 30}' >"$repo/.mcpctl/config.json"
(cd "$repo" && mc up -d >/dev/null 2>&1)
shorter() {
    names | awk 'length > 30 { long = 1 } END { exit long }'
}
ok 'a smaller bound on names holds at once' shorter
is 'and no tool is lost by it' "$(names | wc -l)" "$(printf '%s\n' "$all" | wc -l)"
e2e_done
