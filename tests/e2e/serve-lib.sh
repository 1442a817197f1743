# shellcheck shell=sh
# For the tests of the embedded servers. The test sets the words that start its server before it calls:
#
#     server_words() { "$@" "$top_builddir/mcpctl" serve files "$root"; }
#     call TOOL ARGUMENTS        sets $text and $status (0 fine, 1 isError, 2 JSON-RPC error)
#     data TOOL ARGUMENTS        prints structuredContent
#     raw MESSAGE...             sends lines, prints the answers

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
. "$top_srcdir/tests/tap.sh"

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export HOME="$work/home" XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_RUNTIME_DIR="$work/run"
(umask 077 && mkdir "$HOME" "$XDG_RUNTIME_DIR")

# The test reads them.
# shellcheck disable=SC2034
call() {
    text=$(server_words "$top_builddir/tests/helper/mcpcall" "$1" "$2")
    status=$?
}

data() {
    server_words "$top_builddir/tests/helper/mcpcall" -s "$1" "$2"
}

raw() {
    printf '%s\n' "$@" | server_words
}

# Literal comparisons, the text that a tool gave first: same GOT WANTED WHAT, has TEXT PART WHAT, hasnt TEXT PART WHAT.
same() {
    is "$3" "$1" "$2"
}

has() {
    case $1 in
    *"$2"*) pass "$3" ;;
    *) fail "$3" "$(printf '%.2000s\nlacks: %s' "$1" "$2")" ;;
    esac
}

hasnt() {
    case $1 in
    *"$2"*) fail "$3" "$(printf '%.2000s\nhas: %s' "$1" "$2")" ;;
    *) pass "$3" ;;
    esac
}
