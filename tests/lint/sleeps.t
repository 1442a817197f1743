#!/bin/sh
# No test sleeps to wait: it would be slow on a good day and wrong on a bad one. wait_for (tests/e2e/lib.sh) looks again when something has happened; `go`
# opens a gate at which a server of the test stands; C tests run the loop until what they wait for is there.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/tap.sh"
cd "$top_srcdir" || exit 99

# FILE: TEXT of the line. Why
exceptions='
tests/bench/run: sleep 0.05 # the peer does not tell when it is ready
tests/bench/startup.c: nanosleep(&(struct timespec){.tv_nsec = RETRY_NS} # it measures when the first answer comes, from outside
tests/conformance/offers.mjs: const pause = ms # the conformance suite wants its progress and its call to take a moment
tests/conformance/tasks-2025.mjs: import { setTimeout as pause } # slow_compute is as slow as it is told to be
tests/conformance/tasks-2026.mjs: import { setTimeout as pause } # the suite tells slow_compute how slow to be, and looks at tasks while they work
tests/e2e/eras.t: sleep 3 # a server that is slow to come is what is tested
tests/e2e/servers.t: sleep 0.4 # the slowness of that server is what is tested: progress must come before a deadline, the answer after it
tests/e2e/tap.mjs: timer = setTimeout( # a deadline, not a wait
'

# Calls and commands; "sleep infinity" is a process that is to stay until it is ended. Comments do not count.
found=$(find tests -path '*/node_modules' -prune -o -path tests/lint/sleeps.t -o \( -name '*.t' -o -name '*.sh' -o -name '*.mjs' -o -name '*.[ch]' -o -path tests/bench/run \) -print |
    sort | xargs grep -nE '\b(sleep +[^i]|(u|nano|clock_nano)?sleep *\(|set(Timeout|Interval) *\(|Atomics\.wait|timers/promises|poll\(NULL|select\(0)' |
    grep -vE '^[^:]*:[0-9]*: *(#|//|/?\*)')
unexpected=$(printf '%s\n' "$found" | while IFS= read -r line; do
    [ -n "$line" ] || continue
    known=
    while IFS= read -r exception; do
        [ -n "$exception" ] || continue
        text=${exception#*: }
        text=${text% # *}
        case $line in "${exception%%: *}:"*"$text"*) known=yes ;; esac
    done <<TEXT
$exceptions
TEXT
    [ -n "$known" ] || printf '%s\n' "$line"
done)
is 'no test sleeps to wait' "$unexpected" ''

stale=$(printf '%s\n' "$exceptions" | while IFS= read -r exception; do
    [ -n "$exception" ] || continue
    text=${exception#*: }
    grep -qF -- "${text% # *}" "${exception%%: *}" || printf '%s\n' "$exception"
done)
is 'every exception is needed' "$stale" ''
done_testing
