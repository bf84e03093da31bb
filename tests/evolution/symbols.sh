# SPDX-License-Identifier: Apache-2.0
# The interface only grows: each function of a released version's list is declared, and the newest
# list holds every function, so that none gets away once it was released.
#   symbols.sh FOLDER NAMES   FOLDER has symbols-1.N.txt; NAMES: the declared functions, one per line
# 1.0 is not released yet. Until then its list is made anew with
#   cp build/dev/generated/api_names.txt tests/evolution/symbols-1.0.txt
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
grep . "$2" | LC_ALL=C sort >"$work/declared"
: >"$work/listed"
failed=0
for list in "$1"/symbols-1.*.txt; do
  LC_ALL=C sort "$list" >"$work/list"
  LC_ALL=C comm -23 "$work/list" "$work/declared" >"$work/gone"
  sed "s|^|$(basename "$list") has it, the headers have not: |" "$work/gone"
  [ ! -s "$work/gone" ] || failed=1
  LC_ALL=C sort -u "$work/list" "$work/listed" -o "$work/listed"
done
LC_ALL=C comm -13 "$work/listed" "$work/declared" >"$work/new"
if [ -s "$work/new" ]; then
  sed 's|^|declared, but in no list: |' "$work/new"
  printf 'fix: cp %s %s\n' "$2" "$list"
  failed=1
fi
exit $failed
