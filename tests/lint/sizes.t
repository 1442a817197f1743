#!/bin/sh
# Files of at most 600 lines, functions of at most 100, so that each can be read in one go.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/tap.sh"
cd "$top_srcdir" || exit 99

max_file=600 max_function=100

files=$(find src tests -path '*/node_modules' -prune -o \( -name '*.[ch]' -o -name '*.sh' -o -name '*.t' -o -name '*.mjs' \) -print | sort)

# Word splitting is meant: no file here has a blank in its name.
# shellcheck disable=SC2086
long=$(wc -l $files | awk -v max="$max_file" '$2 != "total" && $1 > max { print $2 ": " $1 " lines, at most " max }')
is "files have at most $max_file lines" "$long" ''

# A function's brace stands alone in column 0, and so does the one that ends it.
# shellcheck disable=SC2046
long=$(awk -v max="$max_function" '
    FNR == 1 { start = 0 }
    /^[A-Za-z_].*\(/ { name = $0 }
    /^\{/ { start = FNR }
    /^\}/ && start {
        if (FNR - start - 1 > max) print FILENAME ":" start ": " FNR - start - 1 " lines, at most " max ": " name
        start = 0
    }' $(printf '%s\n' "$files" | grep '\.c$'))
is "functions have at most $max_function lines" "$long" ''

done_testing
