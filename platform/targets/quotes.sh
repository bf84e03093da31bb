# SPDX-License-Identifier: Apache-2.0
# The quotations of sources.txt stand in their sources, so far as those are on this machine: this
# server's own header, CMake's modules, and libtool and autoconf in the versions that are quoted.
#   quotes.sh SOURCE-DIR CMAKE-ROOT CMAKE-VERSION
# Words are compared with indentation away, at the line that is named.
set -u
sources=$1/platform/targets/sources.txt
failed=0
checked=0

# check NAME FILE LINE WORDS
check() {
  found=$(sed -n "${3}p" "$2" | sed 's/^[[:space:]]*//;s/[[:space:]]*$//')
  checked=$((checked + 1))
  [ "$found" = "$4" ] && return
  printf '%s, line %s: found "%s", wanted "%s"\n' "$1" "$3" "$found" "$4"
  failed=1
}
# version FILE WORDS: whether the file is of the version that is quoted
version() { [ -r "$1" ] && grep -qF "$2" "$1"; }

libtool=/usr/share/aclocal/libtool.m4
autoconf=/usr/share/autoconf/m4sugar/m4sh.m4
while IFS= read -r line; do
  case $line in
  '  libtool, '*)
    version $libtool 'serial 59 LT_INIT' || continue
    rest=${line#  libtool, }
    check libtool.m4 $libtool "${rest%%: *}" "${rest#*: }"
    ;;
  '  autoconf, m4sh.m4 '*)
    [ "$(autoconf --version 2>/dev/null | sed -n '1s/.* //p')" = 2.71 ] || continue
    rest=${line#  autoconf, m4sh.m4 }
    check m4sh.m4 $autoconf "${rest%%: *}" "${rest#*: }"
    ;;
  '  cmake, '*)
    case $3 in 3.25.*) ;; *) continue ;; esac
    rest=${line#  cmake, }
    file=${rest%% *}
    rest=${rest#* }
    check "$file" "$2/Modules/Platform/$file" "${rest%%: *}" "${rest#*: }"
    ;;
  '  module.h, '*)
    words=${line#*: }
    checked=$((checked + 1))
    grep -qF "$words" "$1/core/include/httpd/module.h" && continue
    printf 'module.h does not say: %s\n' "$words"
    failed=1
    ;;
  esac
done <"$sources"
printf '%d quotations compared\n' $checked
[ $checked -gt 0 ] || exit 77
exit $failed
