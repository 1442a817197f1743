# shellcheck shell=sh
# TAP for shell tests: plan first with nothing, end with done_testing. A test reads
#
#     . "$top_srcdir/tests/tap.sh"
#     ok "what holds" test -f README.md
#     is "what is equal" "$got" "$wanted"
#     like "what is in it" "$text" 'pattern of case'
#     done_testing

tap_count=0
tap_failed=0

# pass WHAT
pass() {
    tap_count=$((tap_count + 1))
    printf 'ok %d - %s\n' "$tap_count" "$1"
}

# fail WHAT [DETAIL]
fail() {
    tap_count=$((tap_count + 1))
    tap_failed=$((tap_failed + 1))
    printf 'not ok %d - %s\n' "$tap_count" "$1"
    [ $# -lt 2 ] || diag "$2"
    return 0
}

# Every line of the text as a TAP comment.
diag() {
    printf '%s\n' "$1" | sed 's/^/# /'
}

# ok WHAT COMMAND...: passes when the command succeeds. Its output is shown when it does not.
ok() {
    tap_what=$1
    shift
    if tap_out=$("$@" 2>&1); then pass "$tap_what"; else fail "$tap_what" "$* said: $tap_out"; fi
}

# is WHAT GOT WANTED
is() {
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1" "got    \"$2\"
wanted \"$3\""
    fi
}

# like WHAT TEXT PATTERN: the text contains what the shell pattern matches.
like() {
    # The pattern is a pattern: not quoted.
    # shellcheck disable=SC2254
    case $2 in
    *$3*) pass "$1" ;;
    *) fail "$1" "no \"$3\" in: $2" ;;
    esac
}

# unlike WHAT TEXT PATTERN
unlike() {
    # shellcheck disable=SC2254
    case $2 in
    *$3*) fail "$1" "\"$3\" is in: $2" ;;
    *) pass "$1" ;;
    esac
}

# skip WHY: one point that could not be tried.
skip() {
    tap_count=$((tap_count + 1))
    printf 'ok %d # SKIP %s\n' "$tap_count" "$1"
}

# skip_all WHY: nothing here can be tried.
skip_all() {
    printf '1..0 # SKIP %s\n' "$1"
    exit 0
}

done_testing() {
    printf '1..%d\n' "$tap_count"
    [ "$tap_failed" -eq 0 ]
}
