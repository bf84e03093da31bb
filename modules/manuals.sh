#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every directive of a module's manifest has its place in the module's manual and in the index of all
# modules; every directive in the module's table is in its manifest.
# usage: manuals.sh SOURCE-ROOT LIBEXEC
set -eu
source=$1
libexec=$2
failed=0

complain() {
  printf '%s\n' "$*" >&2
  failed=1
}

for manual in "$source"/modules/*/mod_*.md; do
  name=$(basename "$manual" .md)
  folder=$(dirname "$manual")
  file=$libexec/$name.so
  if [ ! -e "$file" ]; then
    echo "SKIPPED: $name is compiled in, $file is not there"
    continue
  fi
  directives=$(tr '\0' '\n' <"$file" | sed -n 's/^directive=//p' | tr ',' ' ')
  [ -n "$directives" ] || complain "$file: found no directive= in the manifest"
  for directive in $directives; do
    grep -q "^#.*\b$directive\b" "$manual" || complain "$manual: no heading for $directive"
    grep -q "$name.md.*\b$directive\b" "$source/docs/modules.md" ||
      case $directive in
      AddIcon?* | AddAlt* | DefaultIcon) ;; # "AddIcon…" stands for them
      *) complain "$source/docs/modules.md: $directive of $name is missing" ;;
      esac
  done
  tabled=$(cat "$folder"/*.c "$folder"/*.cc 2>/dev/null | grep -v 'usage' |
    sed -n -e 's/.*Row("\([A-Z][A-Za-z]*\)".*/\1/p' -e 's/.*, "\([A-Z][A-Za-z]*\)",$/\1/p' \
      -e 's/.*HTTPD_IN_[A-Z]*, "\([A-Z][A-Za-z]*\)",.*/\1/p' -e 's/.*\.name = "\([A-Za-z]*\)".*/\1/p')
  for directive in $tabled; do
    printf '%s' "$directives" | grep -qw "$directive" ||
      complain "$folder: $directive is in the table and not in the manifest"
  done
  echo "$name: $(echo $directives | wc -w) directives, $(echo $tabled | wc -w) rows"
done
exit $failed
