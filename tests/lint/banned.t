#!/bin/sh
# Calls that nothing here may make: unbounded copies, a shell, hidden state, silent parse errors.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/tap.sh"
cd "$top_srcdir" || exit 99

# Comments and string literals may name them: both are blanked, lines keep their numbers.
calls() {
    find src tests -path '*/node_modules' -prune -o -name '*.[ch]' -print | sort | while read -r file; do
        awk -v file="$file" -v banned="$1" '
        {
            line = $0
            if (incomment) { if (!sub(/^.*\*\//, "", line)) next; incomment = 0 }
            gsub(/\\./, "", line)
            gsub(/"[^"]*"/, "\"\"", line)
            gsub(/\/\*[^*]*\*+([^\/*][^*]*\*+)*\//, "", line)
            if (match(line, /\/\*/)) { line = substr(line, 1, RSTART - 1); incomment = 1 }
            sub(/\/\/.*/, "", line)
            if (line ~ "(^|[^A-Za-z0-9_>.])(" banned ")[ \t]*\\(") print file ":" FNR ": " $0
        }' "$file"
    done
}

none() {
    is "no $1: $2" "$(calls "$1")" ''
}

none 'strcpy|strcat|sprintf|vsprintf|gets|alloca|strncpy' 'bound the copy (base/buf.h, snprintf)'
none 'atoi|atol|atof' 'they do not report errors (base/str.h)'
none 'strtok|localtime|gmtime|ctime|asctime' 'they keep hidden state'
none 'system|popen' 'no shell: argv (loop/child.h)'
none 'tmpnam|mktemp|tempnam' 'they race (mkstemp)'

# One allocator, which can be made to fail by a test.
is 'src allocates through base/alloc.h alone' \
    "$(calls 'malloc|calloc|realloc|strdup|strndup|asprintf|vasprintf' | grep '^src/' | grep -v '^src/base/alloc\.c:')" ''
done_testing
