#!/bin/sh
# The completions, as the program made them: each parses in its shell, and completes commands, options and the names of servers.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
. "$top_srcdir/tests/tap.sh"
[ -x "$top_builddir/mcpctl" ] || skip_all 'mcpctl is not built'
top_builddir=$(cd "$top_builddir" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work" XDG_CONFIG_HOME="$work" XDG_STATE_HOME="$work" XDG_RUNTIME_DIR="$work/run" PATH="$top_builddir:$PATH"
export work
mkdir -p "$work/run" "$work/repo/.git" "$work/fpath"
chmod 700 "$work/run"
# A name that a shell would run is not offered at all.
# shellcheck disable=SC2016
printf '%s\n' '{"mcpServers": {"github": {"command": "true"}, "git-local": {"command": "true"}, "g$(touch ran)": {"command": "true"}}}' >"$work/repo/.mcp.json"
for shell in bash zsh fish; do
    mcpctl help --format="$shell" >"$work/$shell" || fail "the completion of $shell is made"
done
cp "$work/zsh" "$work/fpath/_mcpctl"
cd "$work/repo" || exit 99

# bash_completes WORD...: the candidates for the last word, in one line
bash_completes() {
    # shellcheck disable=SC2016
    bash --norc -c '. "$work/bash"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mcpctl; echo ${COMPREPLY[*]}' - "$@" 2>&1
}

# fish_completes LINE
fish_completes() {
    # shellcheck disable=SC2016
    fish --no-config -c 'source "$work/fish"; complete -C "$argv[1]"' "$1" 2>&1 | cut -f1 | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//'
}

# zsh_completes LINE: completion in zsh wants a terminal and a widget; what would be inserted is caught where it is added
zsh_completes() {
    # shellcheck disable=SC2016
    zsh -f -c '
        zmodload zsh/zpty zsh/zselect
        zpty shell zsh -f -i
        zpty -w shell "PS1= PS2= RPS1=; unsetopt zle_bracketed_paste; stty -echo; cd $work/repo; fpath=($work/fpath \$fpath)"
        zpty -w shell "autoload -Uz compinit && compinit -u -d $work/zcompdump"
        zpty -w shell "compadd() { local -a o; builtin compadd -O o \"\$@\"; print -rl -- \"<\$^o>\" >>$work/zsh.out; builtin compadd \"\$@\" }"
        zpty -w shell "list() { zle complete-word; print done >>$work/zsh.out; exit }; zle -N list; bindkey ^X list; print ready >$work/zsh.ready"
        for try in {1..400}; do [[ -e $work/zsh.ready ]] && break; zselect -t 5; done
        zpty -w -n shell "$1"$(printf "\030")
        for try in {1..400}; do [[ -e $work/zsh.out && $(<$work/zsh.out) == *done ]] && break; zpty -r -t shell junk; zselect -t 5; done
        zpty -d shell
    ' - "$1" >/dev/null 2>&1
    sed -n 's/^<\(.*\)>$/\1/p' "$work/zsh.out" 2>/dev/null | tr ' ' '\n' | grep . | LC_ALL=C sort -u | tr '\n' ' ' | sed 's/ $//'
    rm -f "$work/zsh.out" "$work/zsh.ready"
}

if command -v bash >/dev/null; then
    ok 'bash: the script parses' bash -n "$work/bash"
    is 'bash: commands' "$(bash_completes mcpctl sta)" 'status start'
    is 'bash: the second word of a command' "$(bash_completes mcpctl hub '')" 'run'
    is 'bash: servers' "$(bash_completes mcpctl restart gi)" 'github git-local'
    is 'bash: servers, after an option with a value' "$(bash_completes mcpctl logs -n 20 github)" 'github'
    is 'bash: options' "$(bash_completes mcpctl up --no)" '--no-trust-prompt'
    is 'bash: fixed values' "$(bash_completes mcpctl serve '')" 'git files'
    is 'bash: no more operands than there are' "$(bash_completes mcpctl use x '')" ''
else
    skip 'no bash here'
fi

if command -v fish >/dev/null; then
    ok 'fish: the script parses' fish -n "$work/fish"
    is 'fish: commands' "$(fish_completes 'mcpctl sta')" 'start status'
    is 'fish: the second word of a command' "$(fish_completes 'mcpctl hub ')" 'run'
    is 'fish: servers' "$(fish_completes 'mcpctl restart gi')" 'git-local github'
    is 'fish: servers, after an option with a value' "$(fish_completes 'mcpctl logs -n 20 githu')" 'github'
    is 'fish: options' "$(fish_completes 'mcpctl up --no')" '--no-trust-prompt'
    is 'fish: fixed values' "$(fish_completes 'mcpctl serve ')" 'files git'
else
    skip 'no fish here'
fi

if command -v zsh >/dev/null; then
    ok 'zsh: the script parses' zsh -n "$work/zsh"
    is 'zsh: commands' "$(zsh_completes 'mcpctl sta')" 'start status'
    is 'zsh: the second word of a command' "$(zsh_completes 'mcpctl hub ')" 'run'
    is 'zsh: servers' "$(zsh_completes 'mcpctl restart gi')" 'git-local github'
    is 'zsh: options' "$(zsh_completes 'mcpctl up --no')" '--no-trust-prompt'
    is 'zsh: fixed values' "$(zsh_completes 'mcpctl serve ')" 'files git'
else
    skip 'no zsh here'
fi

ok 'nothing in a name was run' test ! -e "$work/repo/ran"
done_testing
