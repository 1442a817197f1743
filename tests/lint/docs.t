#!/bin/sh
# The pages against what they speak of.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/tap.sh"
cd "$top_srcdir" || exit 99

# Relative links of a page, without anchors.
links() {
    grep -o '](\([^)#]*\)[^)]*)' "$1" | sed 's/^](//; s/[#)].*//' | grep -v -E '^(https?:|mailto:|$)' | sort -u
}

# The heading that an anchor inside the same page names, as GitHub spells it.
anchors() {
    grep '^#' "$1" | sed 's/^#* *//' | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

for page in README.md CONTRIBUTING.md ARCHITECTURE.md; do
    if [ ! -s "$page" ]; then
        fail "$page is there"
        continue
    fi
    missing=$(links "$page" | while read -r link; do [ -e "$link" ] || echo "$link"; done)
    is "every file that $page links to is there" "$missing" ''
    missing=$(grep -o '](#[^)]*)' "$page" | sed 's/^](#//; s/)$//' | while read -r anchor; do
        anchors "$page" | grep -qx -e "$anchor" || echo "#$anchor"
    done)
    is "every heading that $page links to is there" "$missing" ''
done

missing=$(for folder in src/*/; do
    set -- "$folder"*.[ch]
    [ ! -e "$1" ] || grep -qF "\`$folder\`" ARCHITECTURE.md || echo "$folder"
done)
is 'ARCHITECTURE.md names every folder of src' "$missing" ''

# Scripts that the pages tell people to type.
missing=$(grep -ho '\./[a-z][a-z/.-]*' README.md CONTRIBUTING.md | sort -u | while read -r script; do
    case $script in ./mcpctl | ./configure | ./build*) ;; *) [ -e "$script" ] || echo "$script" ;; esac
done)
is 'every script that the pages name is there' "$missing" ''
done_testing
