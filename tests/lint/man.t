#!/bin/sh
# The man pages, as the program made them: clean to mandoc, and one for every command.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
. "$top_srcdir/tests/tap.sh"
command -v mandoc >/dev/null || skip_all 'no mandoc here (apt install mandoc)'

for page in "$top_builddir"/man/*.[15] "$top_srcdir"/man/*.7; do
    [ -s "$page" ] || continue
    # STYLE is taste, and pages that are not installed yet are "not found".
    out=$(mandoc -T lint -W warning "$page" 2>&1)
    is "${page##*/} is clean" "$out" ''
done
[ "$tap_count" -gt 0 ] || fail 'there are man pages to look at'
done_testing
