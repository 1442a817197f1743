#!/bin/sh
# Who includes whom: src/ against the table of folders in ARCHITECTURE.md, and every header compiled alone.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
. "$top_srcdir/tests/tap.sh"
cd "$top_srcdir" || exit 99

# Rows of the table: | `src/NAME/` | what it may include | libraries | ... ; "–" for none.
table=$(awk -F'|' '$2 ~ /^ *`src\/[a-z]+\/` *$/ {
    gsub(/[ `]|src\/|\//, "", $2); gsub(/–/, "", $3); gsub(/–/, "", $4); print $2 ":" $3 ":" $4 }' ARCHITECTURE.md)

[ -n "$table" ] || fail 'ARCHITECTURE.md has the table of folders'

# Which folder a library's header needs to be allowed in.
libraries='uv\.h:uv
curl/.*:curl
git2.*:git2
cjson/.*|cJSON\.h:cJSON
llhttp\.h|http_parser\.h:parser
openssl/.*:crypto
libsecret/.*:secret'

for folder in src/*/; do
    folder=$(basename "$folder")
    set -- "src/$folder"/*.[ch]
    [ -e "$1" ] || continue
    row=$(printf '%s\n' "$table" | grep "^$folder:")
    if [ -z "$row" ]; then
        fail "src/$folder is in the table of ARCHITECTURE.md"
        continue
    fi
    bad=$(awk -v folder="$folder" -v row="$row" -v libraries="$libraries" '
        BEGIN {
            split(row, part, ":")
            n = split(part[2], names, /[ ,]+/); for (i = 1; i <= n; i++) may[names[i]] = 1
            n = split(part[3], names, /[ ,]+/); for (i = 1; i <= n; i++) lib[names[i]] = 1
            may[folder] = 1
            nlib = split(libraries, rules, "\n")
        }
        /^[ \t]*#[ \t]*include[ \t]*"/ {
            split($0, q, "\"")
            if (q[2] == "config.h") next
            if (q[2] !~ /^[a-z]+\//) { print FILENAME ":" FNR ": \"" q[2] "\" is not written as \"folder/file.h\""; next }
            split(q[2], path, "/")
            if (!(path[1] in may)) print FILENAME ":" FNR ": src/" folder " may not include src/" path[1] " (" q[2] ")"
        }
        /^[ \t]*#[ \t]*include[ \t]*</ {
            split($0, q, /[<>]/)
            for (i = 1; i <= nlib; i++) {
                split(rules[i], rule, ":")
                if (q[2] ~ "^(" rule[1] ")$" && !(rule[2] in lib))
                    print FILENAME ":" FNR ": src/" folder " may not use " rule[2] " (<" q[2] ">)"
            }
        }' "$@")
    if [ -z "$bad" ]; then pass "src/$folder includes what it may"; else fail "src/$folder includes what it may" "$bad"; fi
done

# cJSON damages numbers and accepts rubbish: one folder knows it, through one header.
is 'cJSON is used through json/doc.h alone' \
    "$(grep -lE '#include <(cjson/)?cJSON\.h>' -r src | grep -v '^src/json/doc\.[ch]$')" ''

if [ ! -f "$top_builddir/config.h" ]; then
    skip 'not configured: no config.h to compile headers with'
else
    libs=$(pkg-config --cflags libuv libcjson libcrypto libgit2 2>/dev/null)
    for header in src/*/*.h; do
        # The libraries' flags are words.
        # shellcheck disable=SC2086
        if out=$(printf '#include "%s"\n' "${header#src/}" |
            ${CC:-cc} -std=gnu17 -D_GNU_SOURCE -I"$top_builddir" -Isrc $libs -Wall -Wextra -Werror -fsyntax-only -xc - 2>&1); then
            pass "$header compiles alone"
        else
            fail "$header compiles alone" "$out"
        fi
    done
fi
done_testing
