#!/bin/sh
# Secrets on the command line: in the encrypted file, in a real keyring, under a passphrase; typed on a terminal without being seen.
# The texts name ${secret:…} and commands in back quotes.
# shellcheck disable=SC2016
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/e2e/lib.sh"
unset DBUS_SESSION_BUS_ADDRESS

status() {
    "$@" >"$work/out" 2>"$work/err"
    got=$?
}

# ---- in the file
status mc secret list
is 'none at first, and what to do' "$got $(cat "$work/out")" '0 No secrets yet: mcpctl secret set NAME'
printf 'hush-hush\n' >"$work/value"
status mc secret set github-token <"$work/value"
is 'one from standard input' "$got $(cat "$work/out")" '0 github-token is in the encrypted file. Use it in a config as ${secret:github-token}'
is 'its value, without the line break at the end' "$(mc secret get github-token)" hush-hush
printf second >"$work/second"
status mc secret rotate github-token <"$work/second"
is 'a new value' "$got $(mc secret list --json | jq -r '.secrets[] | "\(.name) \(.store)"')" '0 github-token file'
is 'is the value from then on' "$(mc secret get github-token)" second
status mc secret rotate nobody <"$work/value"
is 'what is not there cannot be rotated' "$got $(cat "$work/err")" '1 mcpctl: there is no secret nobody; to make it: mcpctl secret set nobody'
status mc secret set 'no name' <"$work/value"
is 'not a name' "$got" 2
status mc secret set empty </dev/null
is 'no value' "$got" 2
status mc secret get github-token --json
is 'as JSON' "$got $(jq -r .secret "$work/out")" '0 github-token'
is 'completion knows the names' "$(mc __complete secrets)" github-token
is 'each read is logged' "$(jq -r '"\(.secret) \(.reader)"' "$XDG_STATE_HOME/mcpctl/secrets.log" | sort -u)" 'github-token mcpctl secret get'
unlike 'no value is in any file' "$(cat "$XDG_STATE_HOME"/mcpctl/* "$XDG_CONFIG_HOME"/mcpctl/*)" hush

# ---- under a passphrase
printf 'correct horse\n' >"$work/phrase"
status mc secret passphrase <"$work/phrase"
is 'a passphrase' "$got" 0
mc secret lock >/dev/null
status mc secret get github-token
is 'locked: nothing is given out, and what to do' "$got $(cat "$work/err")" '5 mcpctl: the secrets are locked: run `mcpctl secret unlock`'
status mc secret unlock <"$work/value"
is 'the wrong one' "$got $(cat "$work/err")" '5 mcpctl: this is not the passphrase'
status mc secret unlock <"$work/phrase"
is 'the right one' "$got" 0
is 'opens' "$(mc secret get github-token)" second
status mc secret passphrase --remove
is 'without one again' "$got" 0
status mc secret rm github-token
is 'removed' "$got $(mc secret list --json)" '0 {"secrets":[]}'

# ---- typed: a terminal of its own, and nothing of the value on it
if command -v script >/dev/null; then
    mkfifo "$work/keys"
    script -qfec "$top_builddir/mcpctl secret set typed" /dev/null <"$work/keys" >"$work/screen" 2>&1 &
    typist=$!
    exec 3>"$work/keys"
    wait_for 'it asks' grep -q 'not shown' "$work/screen"
    printf 'typed-in\r' >&3
    wait "$typist"
    exec 3>&-
    is 'typed on a terminal' "$(mc secret get typed)" typed-in
    unlike 'is not seen there' "$(cat "$work/screen")" typed-in
    like 'but asked for' "$(cat "$work/screen")" 'Value of typed (not shown): '
else
    skip 'no script here (apt install bsdutils)'
fi

# ---- in a keyring
if command -v dbus-run-session >/dev/null && command -v gnome-keyring-daemon >/dev/null && [ -x "$top_builddir/mcpctl-keyring" ]; then
    cat >"$work/desktop" <<'TEXT'
printf pass | gnome-keyring-daemon --unlock --components=secrets
"$mcpctl" secret set desk <"$work/value"
"$mcpctl" secret list --json >"$work/list1"
"$mcpctl" secret get desk
"$mcpctl" secret set desk --store file <"$work/phrase" >/dev/null
"$mcpctl" secret list --json >"$work/list2"
"$mcpctl-keyring" get desk || echo gone
"$mcpctl" secret set desk --store keyring <"$work/value" >/dev/null
"$mcpctl" secret rm desk
"$mcpctl-keyring" get desk || echo gone
"$mcpctl" secret set later <"$work/value" >/dev/null
TEXT
    mcpctl=$top_builddir/mcpctl
    export mcpctl work
    timeout 60 dbus-run-session -- sh "$work/desktop" >"$work/desk.out" 2>"$work/desk.err"
    like 'a keyring that answers is preferred' "$(cat "$work/desk.out")" 'desk is in the keyring.'
    is 'the list says where it is' "$(jq -r '.secrets[] | select(.name == "desk") | .store' "$work/list1" "$work/list2" | tr '\n' ' ')" 'keyring file '
    is 'its value, and nothing is left in it of what moves or goes' "$(grep -xE 'hush-hush|gone' "$work/desk.out" | tr '\n' ' ')" 'hush-hush gone gone '
    unlike 'the file has no value of it' "$(cat "$XDG_STATE_HOME/mcpctl/secrets.json")" hush
    status mc secret get later
    is 'without the keyring, an error that says so' "$got $(sed 's/: .*//' "$work/err" | head -1)" '4 mcpctl'
else
    skip 'no keyring here (apt install dbus-daemon gnome-keyring libsecret-1-dev)'
fi
done_testing
