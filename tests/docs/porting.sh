# SPDX-License-Identifier: Apache-2.0
# docs/porting.md tells the truth: the calls of its tables are in the files that it names, its row and
# its evidence are those of platform/targets, every file that it names is there, and its C++ compiles.
#   porting.sh SOURCE-DIR COMPILER
set -u
cd "$1"
page=docs/porting.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
fail() { printf '%s\n' "$*" && failed=1; }
# block LANGUAGE: the code between ```LANGUAGE and ```
block() { awk -v open="\`\`\`$1" '$0 == open { at = 1; next } /^```/ { at = 0 } at' $page; }

# | `call`, `call` | … | `file` |
sed -n 's/^| \(`.*`\) |.*| `\([^`]*\)` |$/\1 \2/p' $page >"$work/calls"
[ "$(wc -l <"$work/calls")" -ge 12 ] || fail "found only $(wc -l <"$work/calls") calls"
while read -r line; do
  file=${line##* }
  printf '%s\n' "${line% *}" | tr -d '`' | sed 's/, /\n/g' | while read -r call; do
    grep -qF -- "$call" "$file" || echo "$file does not use $call"
  done
done <"$work/calls" >"$work/wrong"
[ ! -s "$work/wrong" ] || fail "$(cat "$work/wrong")"

block c | sed 's:/\*.*\*/::;/\/\*/,/\*\//d' | grep -v '^ *$' >"$work/row"
[ "$(wc -l <"$work/row")" -ge 8 ] || fail 'the example of a row is not found'
grep -vxFf platform/targets/table.inc "$work/row" && fail 'the lines above are not in table.inc'
block text >"$work/evidence"
[ -s "$work/evidence" ] || fail 'the example of evidence is not found'
grep -vxFf platform/targets/sources.txt "$work/evidence" && fail 'the lines above are not in sources.txt'

grep -o '`[a-z]*/[A-Za-z0-9_./]*`' $page | tr -d '`' | grep -v '^build/' | sort -u >"$work/files"
[ "$(wc -l <"$work/files")" -ge 15 ] || fail 'no files are named'
while read -r file; do
  [ -e "$file" ] || fail "$page names $file, which is not there"
done <"$work/files"

# HP-UX's interface, as far as the example needs it (dl.h of HP-UX, shl_load(3X)).
cat >"$work/dl.h" <<'END'
typedef struct shl_object* shl_t;
#define BIND_IMMEDIATE 0
#define BIND_VERBOSE 0x8
#define TYPE_PROCEDURE 1
#define TYPE_DATA 2
extern "C" shl_t shl_load(const char*, int, long);
extern "C" int shl_findsym(shl_t*, const char*, short, void*);
END
block cpp >"$work/example.cc"
"$2" -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I "$work" "$work/example.cc" ||
  fail 'the example for shl_load does not compile'
exit $failed
