#!/bin/sh
# Every shell script of ours, by shellcheck.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/tap.sh"
cd "$top_srcdir" || exit 99
command -v shellcheck >/dev/null || skip_all 'no shellcheck here (apt install shellcheck)'

for script in bootstrap .ci/run $(find tests -path '*/node_modules' -prune -o \( -name '*.t' -o -name '*.sh' -o -path tests/bench/run \) -print | sort); do
    # A tarball has no .ci.
    [ -e "$script" ] || continue
    # SC2016: scripts for sh -c and eval are in single quotes, as they should be.
    ok "$script" shellcheck -x -P . -e SC2016 "$script"
done
done_testing
