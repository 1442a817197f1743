#!/bin/sh
# Makes the mistakes of tests/mistakes.tsv, one by one, in a copy of the tree, and sees the test fail that stands against it.
#
#     make check-mistakes [MISTAKES='3 17']
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}" "${top_builddir:=$top_srcdir}"
. "$top_srcdir/tests/tap.sh"

wanted=" $* "
tab=$(printf '\t')
[ "$(cd "$top_builddir" && pwd -P)" = "$(cd "$top_srcdir" && pwd -P)" ] || skip_all 'the copy is made of a tree that was built in place'
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT TERM
(cd "$top_srcdir" && tar -cf - --exclude=./tests/node_modules --exclude=./.git .) | tar -xf - -C "$copy"
ln -s "$(cd "$top_srcdir" && pwd)/tests/node_modules" "$copy/tests/node_modules"
cd "$copy" || exit 1
export top_srcdir="$copy" top_builddir="$copy"

# build TARGET...
build() {
    timeout 600 make -j2 "$@" >build.out 2>&1
}
if ! { ./config.status -q && build check TESTS=; }; then
    fail 'the copy builds' "$(tail -20 build.out)"
    done_testing
    exit
fi

# runs TEST: its output to run.out
runs() {
    case $1 in
    *.t) timeout 300 sh "$1" ;;
    *) build "$1" && timeout 300 "$1" ;;
    esac >run.out 2>&1
}

grep -v '^#' tests/mistakes.tsv >rows
while IFS="$tab" read -r number mistake test point file script <&3; do
    case "$wanted" in
    '  ' | *" $number "*) ;;
    *) continue ;;
    esac
    cp -p "$file" kept
    sed "$script" kept >"$file"
    if ! build all; then
        fail "$number $mistake: builds" "$(grep -m3 error: build.out)"
    else
        runs "$test"
        if grep -q '^1\.\.0' run.out; then
            skip "$number $mistake: $(sed -n 's/^1\.\.0 # SKIP //p' run.out)"
        elif grep '^not ok' run.out | grep -qF -- "$point"; then
            pass "$number $mistake: $test fails at: $point"
        else
            fail "$number $mistake: $test does not fail at: $point" "$(grep '^not ok' run.out | head -5)"
        fi
    fi
    cp kept "$file" # newer than what was built of the mistake
done 3<rows
done_testing
