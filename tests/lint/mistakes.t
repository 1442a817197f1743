#!/bin/sh
# tests/mistakes.tsv: each of the thirty mistakes has a point that stands against it, the point is there, and the mutation still makes the mistake.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/tap.sh"

table=$top_srcdir/tests/mistakes.tsv
tab=$(printf '\t')
rows=$(grep -v '^#' "$table")
is 'every line has its six columns' "$(printf '%s\n' "$rows" | awk -F '\t' 'NF != 6')" ''
missing=
for number in $(seq 30); do
    printf '%s\n' "$rows" | grep -q "^$number$tab" || missing="$missing $number"
done
is 'each of the thirty is there' "$missing" ''

printf '%s\n' "$rows" >"${TMPDIR:-/tmp}/mistakes.$$"
trap 'rm -f "${TMPDIR:-/tmp}/mistakes.$$"' EXIT
lost='' stale=''
while IFS="$tab" read -r number mistake test point file script; do
    grep -rqF --include='*.t' --include='*.c' --include='*.sh' -- "$point" "$top_srcdir/tests/e2e" "$top_srcdir/tests/unit" "$top_srcdir/tests/diff" || lost="$lost
$number $mistake: no point \"$point\""
    case $test in
    *.t) [ -f "$top_srcdir/$test" ] ;;
    *) [ -f "$top_srcdir/$test.c" ] ;;
    esac || lost="$lost
$number $mistake: no test $test"
    if ! sed -n "$script" "$top_srcdir/$file" >/dev/null 2>&1 || sed "$script" "$top_srcdir/$file" | cmp -s - "$top_srcdir/$file"; then
        stale="$stale
$number $mistake: $file is not changed by: $script"
    fi
done <"${TMPDIR:-/tmp}/mistakes.$$"
is 'every point is in a test' "$lost" ''
is 'every mutation changes its file' "$stale" ''
done_testing
