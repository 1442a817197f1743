#!/bin/sh
# mcpctl-git: what its tools say against what the git command says about the same repositories.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
. "$top_srcdir/tests/e2e/serve-lib.sh"
command -v git >/dev/null || skip_all 'no git here'
server_words() { "$@" "$top_builddir/mcpctl-git" serve "$root"; }

unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_CONFIG_NOSYSTEM=1 TZ=UTC GIT_PAGER=cat LC_ALL=C
git config --global user.name 'Ann Other'
git config --global user.email ann@example.org
git config --global init.defaultBranch main
git config --global advice.detachedHead false
git config --global protocol.file.allow always
now=1700000000
commit() { # AUTHOR MESSAGE
    now=$((now + 3600))
    GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=$1@example.org GIT_AUTHOR_DATE="$now +0200" \
        GIT_COMMITTER_DATE="$now +0200" git -C "$root" commit -q -m "$2"
}

# ---- no repository, no commits
root=$work/none
mkdir "$root"
for tool in status log show diff branches; do
    call $tool '{}'
    same "$status $text" "1 $root is not inside a git repository" "$tool outside of a repository"
done
root=$work/repo
git init -q "$root"
call log '{}'
same "$status $text" "1 the repository has no commits yet" "log before the first commit"
call show '{}'
same "$text" "the repository has no commits yet" "show too"
call branches '{}'
has "$text" "no commits yet" "branches too"
echo first >"$root/first"
git -C "$root" add first
call status '{}'
same "$text" "$(git -C "$root" status --short --branch)" "status before the first commit"
call diff '{"staged":true}'
same "$text" "$(git -C "$root" diff --cached)" "diff of what is staged for it"

# ---- a history with a merge, a rename, binary data and two authors
seq 1 30 >"$root/numbers"
mkdir -p "$root/src"
printf 'int a;\nint b;\n' >"$root/src/code.c"
git -C "$root" add .
commit ann 'Begin

With a body
of two lines.'
sed -i 's/^7$/seven/; s/^20$/twenty/' "$root/numbers"
git -C "$root" add .
commit bob 'Change two numbers'
git -C "$root" checkout -q -b side
echo 'int c;' >>"$root/src/code.c"
git -C "$root" add .
commit bob 'Add c on the side'
git -C "$root" checkout -q main
printf '\000\001' >"$root/data.bin"
git -C "$root" mv first renamed
git -C "$root" add .
commit ann 'Rename and add binary data'
now=$((now + 3600))
GIT_COMMITTER_DATE="$now +0200" GIT_AUTHOR_DATE="$now +0200" git -C "$root" merge -q --no-ff -m 'Merge side' side
printf 'no newline' >"$root/src/tail"
git -C "$root" add .
commit ann 'A file without its last newline'
git -C "$root" tag -a -m 'The tag' v1
g() { git -C "$root" "$@"; }

# ---- log
call log '{}'
same "$text" "$(g log --date=iso --no-decorate)" "log"
for path in numbers src src/code.c data.bin first; do
    call log "{\"path\":\"$path\"}"
    same "$(printf '%s\n' "$text" | sed -n 's/^commit //p')" "$(g log --format=%H -- "$path")" "log of $path"
done
hashes() { printf '%s\n' "$text" | sed -n 's/^\([0-9a-f]\{40\}\) .*/\1/p'; }
call log '{"ref":"main..side","oneline":true}'
same "$(hashes)" "$(g log --format=%H main..side)" "an empty range"
call log '{"ref":"side..main","oneline":true}'
same "$(hashes)" "$(g log --format=%H side..main)" "A..B"
call log '{"ref":"main~2...side","oneline":true}'
same "$(hashes)" "$(g log --format=%H main~2...side)" "A...B"
call log '{"ref":"v1","oneline":true,"max_count":2,"skip":1}'
same "$(hashes)" "$(g log --format=%H -2 --skip=1 v1)" "max_count and skip, of a tag"
has "$text" "continue with skip=3" "... and how to go on"
call log '{"author":"BOB@","oneline":true}'
same "$(hashes)" "$(g log --format=%H --author=bob)" "author"
call log '{"message":"body","oneline":true}'
same "$(hashes)" "$(g log --format=%H --grep=body)" "message"
call log '{"since":"@1700010800","until":"@1700014400","oneline":true}'
same "$(hashes)" "$(g log --format=%H --since=1700010800 --until=1700014400)" "since and until"
call log '{"since":"2023-11-15T00:00:00+0200","oneline":true}'
same "$(hashes)" "$(g log --format=%H --since=2023-11-15T00:00:00+0200)" "since with a zone"
call log '{"until":"2 years ago","max_count":1,"oneline":true}'
same "$status" 0 "relative dates"
call log '{"since":"soon"}'
has "$text" 'argument "since": got soon' "a date that is none"
call log '{"ref":"nowhere"}'
same "$text" "revision nowhere does not exist; branches and log show what there is" "a revision that is none"

# ---- show
for rev in HEAD HEAD~1^2 HEAD~2 HEAD~3; do
    call show "{\"rev\":\"$rev\"}"
    same "$text" "$(g show --date=iso --no-decorate "$rev")" "show $rev"
done
call show '{"rev":"HEAD~1"}'
has "$text" "a merge of 2: the patch is against its first parent" "show of a merge"
has "$text" "$(g diff HEAD~2 HEAD~1)" "... is that patch"
call show '{"rev":"HEAD~3:numbers"}'
same "$text" "$(g show HEAD~3:numbers)" "a file of a commit"
call show '{"rev":"HEAD:src"}'
same "$text" "code.c
tail" "a directory of a commit"
call show '{"rev":"HEAD:data.bin"}'
same "$status $text" "1 HEAD:data.bin is a binary file of 2 bytes" "a binary file"
call show '{"rev":"v1"}'
has "$text" "The tag" "an annotated tag"
has "$text" "commit $(g rev-parse HEAD)" "... and its commit"

# ---- diff
printf 'changed\n' >>"$root/src/code.c"
echo staged >"$root/staged"
g add staged
sed -i '1d' "$root/numbers"
call diff '{}'
same "$text" "$(g diff)" "what is not staged"
call diff '{"staged":true}'
same "$text" "$(g diff --cached)" "what is"
call diff '{"from":"HEAD"}'
same "$text" "$(g diff HEAD)" "both"
call diff '{"path":"src"}'
same "$text" "$(g diff -- src)" "one directory"
call diff '{"context_lines":0,"path":"./numbers"}'
same "$text" "$(g diff -U0 -- numbers)" "without context"
call diff '{"from":"HEAD~4","to":"HEAD"}'
same "$text" "$(g diff -M HEAD~4 HEAD)" "two revisions"
call diff '{"from":"main...side"}'
same "$text" "[no difference]" "A...B that was merged"
call diff '{"from":"HEAD~2...side"}'
same "$text" "$(g diff HEAD~2...side)" "A...B"
call diff '{"from":"HEAD~4","to":"HEAD","stat_only":true}'
same "$(printf '%s\n' "$text" | sed -n 's/.* +\([0-9]*\) -\([0-9]*\)$/\1 \2/p')" \
    "$(g diff -M --numstat HEAD~4 HEAD | sed -n 's/^\([0-9]*\)\t\([0-9]*\)\t.*/\1 \2/p')" "stat_only counts as --numstat"
has "$text" "R first -> renamed +0 -0" "... with renames"
has "$text" "A data.bin binary" "... and binary files"
call diff '{"to":"HEAD"}'
same "$status" 1 "to without from"
call diff '{"path":"../repo/src"}'
has "$text" '".." is not allowed' "a path that climbs"

# ---- status, branches
echo new >"$root/untracked"
g mv renamed again
rm "$root/src/tail"
git clone -q "$root" "$work/clone"
call status '{}'
same "$text" "$(g status --short --branch)" "status"
has "$(data status '{}')" '"index":"R","worktree":" ","path":"again","from":"renamed"' "structured"
root=$work/clone
echo x >"$root/ahead"
g add ahead
commit ann 'Ahead'
git -C "$work/repo" stash -q
git -C "$work/repo" commit -q --allow-empty -m 'One that the clone lacks'
g fetch -q
call status '{}'
same "$text" "$(g status --short --branch)
[nothing is changed]" "ahead and behind"
has "$(data status '{}')" '"upstream":"origin/main","ahead":1,"behind":1' "... structured"
call branches '{"remote":true}'
has "$text" "* main $(g rev-parse HEAD | cut -c1-8) [origin/main: ahead 1, behind 1] Ahead" "branches"
has "$text" "  origin/side $(g rev-parse origin/side | cut -c1-8) " "... remote ones too"
call branches '{}'
hasnt "$text" "origin/side" "... or not"
g checkout -q HEAD~1
call status '{}'
has "$text" "## HEAD (no branch)" "a detached HEAD"
call branches '{}'
has "$text" "HEAD is detached" "... in branches"
root=$work/repo

# ---- blame
for rev in HEAD HEAD~4; do
    call blame "{\"path\":\"numbers\",\"rev\":\"$rev\"}"
    same "$(printf '%s\n' "$text" | cut -c1-8)" "$(g blame -s --abbrev=8 -l "$rev" -- numbers | sed 's/^\^//' | cut -c1-8)" "blame at $rev: the same commits"
done
g blame --line-porcelain HEAD -- numbers | sed -n 's/^\t//p' >"$work/lines"
call blame '{"path":"numbers"}'
same "$(printf '%s\n' "$text" | sed 's/^[^)]*) //')" "$(cat "$work/lines")" "... the same lines"
call blame '{"path":"numbers","start_line":7,"end_line":8}'
same "$(printf '%s\n' "$text" | cut -c1-8)" "$(g blame -l -L7,8 HEAD -- numbers | sed 's/^\^//' | cut -c1-8)" "a range"
has "$text" "(bob 20" "... with who and when"
call blame '{"path":"numbers","start_line":99}'
has "$text" "it has 30 lines" "lines that are not there"
call blame '{"path":"nothing"}'
has "$text" "nothing is not in HEAD" "a file that is not there"

# ---- grep
grep_as_git() { g grep -n "$@" | sed 's/^\([^:]*:[0-9]*:\)/\1 /'; }
call grep '{"pattern":"int"}'
same "$(printf '%s\n' "$text" | grep -v '^\[')" "$(grep_as_git int)" "grep in the worktree"
call grep '{"pattern":"T[EW]","regex":true,"ignore_case":true}'
same "$(printf '%s\n' "$text" | grep -v '^\[')" "$(grep_as_git -I -i -E 'T[EW]')" "by regular expression"
call grep '{"pattern":"int","rev":"HEAD~4"}'
same "$(printf '%s\n' "$text" | grep -v '^\[' | sed 's/^/HEAD~4:/; s/: /:/')" "$(g grep -n int HEAD~4)" "in a revision"
call grep '{"pattern":"e","glob":"*.c"}'
hasnt "$text" numbers "with a glob"
ln -s "$work/home/.gitconfig" "$root/link"
g add link
call grep '{"pattern":"Ann Other"}'
has "$text" "no match" "a link that leads out is not followed"
g rm -q --cached link
rm "$root/link"

# ---- other shapes of repositories
mkdir "$root/sub-dir"
root=$root/sub-dir
call grep '{"pattern":"int a"}'
has "$text" "src/code.c:1: int a;" "from a directory below the top"
root=$work/repo
g worktree add -q "$work/tree" side
root=$work/tree
call status '{}'
has "$text" "## side" "a linked worktree"
git clone -q --bare "$work/repo" "$work/bare.git"
root=$work/bare.git
call log '{"max_count":1}'
has "$text" "commit $(g rev-parse HEAD)" "a bare repository"
call grep '{"pattern":"int a"}'
has "$text" "src/code.c:1: int a;" "... greps its HEAD"
call status '{}'
has "$text" "is a bare repository" "... has no status"
call diff '{}'
has "$text" 'give "from" and "to"' "... and no worktree to compare"
git init -q "$work/super"
root=$work/super
g submodule --quiet add "$work/repo" module
commit ann 'Add a module'
call show '{"rev":"HEAD"}'
has "$text" "+Subproject commit" "a repository with a submodule"
root=$work/super/module
call log '{"max_count":1}'
has "$text" "commit $(g rev-parse HEAD)" "inside of the submodule"
git init -q "$work/evil"
root=$work/evil
g config core.worktree "$work/home"
call status '{}'
has "$text" "core.worktree" "a worktree elsewhere is refused"
if [ "$(id -u)" -eq 0 ]; then
    git init -q "$work/foreign"
    root=$work/foreign
    chown -R 12345 "$root"
    call log '{}'
    has "$text" "git config --global --add safe.directory '$root'" "another user's repository: what to do"
    git config --global --add safe.directory "$root"
    call log '{}'
    has "$text" "no commits yet" "... which works"
else
    skip 'needs root to make a repository of another user'
    skip 'the same'
fi

# ---- nothing was written
root=$work/clone
g checkout -q main
g status >/dev/null
before=$(find "$root/.git" -type f -exec cksum {} + | sort)
for tool in status log show diff branches; do
    call $tool '{}'
done
call grep '{"pattern":"x"}'
call blame '{"path":"numbers"}'
same "$(find "$root/.git" -type f -exec cksum {} + | sort)" "$before" "no tool changes a byte of the repository"
done_testing
