# SPDX-License-Identifier: Apache-2.0
# Every rendering of the export list: of two sample headers as in golden/, of the public headers with
# the same names in all of them; and the one for ELF is what this build links with.
#   lists.sh SOURCE-DIR BUILD-DIR CMAKE
set -u
source=$1 build=$2 cmake=$3
here=$source/tests/exports
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
fail() { printf '%s\n' "$*" && failed=1; }
# render FORMAT OUT HEADER...
render() {
  format=$1 out=$2
  shift 2
  list=$(printf ';%s' "$@")
  "$cmake" "-DHEADERS=${list#;}" -DFORMAT="$format" -DOUT="$out" \
    -P "$source/cmake/ExportList.cmake" || fail "$format cannot be rendered"
}
# names FORMAT FILE: what the list exports, as C calls it
names() {
  case $1 in
  version-script | dynamic-list) sed -n 's/^    \([a-z_0-9]*\);$/\1/p' "$2" ;;
  aix-exp) grep -v '^[*#]' "$2" ;;
  macho-list) grep -v '^#' "$2" | sed 's/^_//' ;;
  windows-def) sed -n 's/^    //p' "$2" ;;
  *) cat "$2" ;;
  esac | LC_ALL=C sort
}

for format in version-script aix-exp macho-list windows-def name-list names dynamic-list; do
  render $format "$work/$format" "$here/sample/first.h" "$here/sample/second.h"
  diff -u "$here/golden/$format" "$work/$format" || fail "$format: other than tests/exports/golden"
done

render names "$work/declared" "$source"/core/include/httpd/*.h
[ "$(wc -l <"$work/declared")" -gt 100 ] || fail "only few functions in the public headers"
for format in version-script aix-exp macho-list windows-def name-list dynamic-list; do
  render $format "$work/list" "$source"/core/include/httpd/*.h
  names $format "$work/list" | grep -vx httpd_main >"$work/names"
  LC_ALL=C sort "$work/declared" | cmp -s - "$work/names" || fail "$format has other names"
  [ $format = dynamic-list ] || [ "$(names $format "$work/list" | grep -cx httpd_main)" = 1 ] ||
    fail "$format does not export httpd_main"
done

# Every list that the table of platforms names can be rendered.
sed -n 's/.*\.list = "\([^"]*\)".*/\1/p' "$source/platform/targets/table.inc" | sort -u |
  grep -vx unknown >"$work/lists"
while read -r format; do
  [ -e "$here/golden/$format" ] || fail "$format: named by the table, rendered by nothing"
done <"$work/lists"
[ "$(wc -l <"$work/lists")" = 5 ] || fail "lists in the table: $(cat "$work/lists")"

# ELF: the file, and that libhttpd.so is linked with it.
render version-script "$work/map" "$source"/core/include/httpd/*.h
cmp -s "$work/map" "$build/generated/httpd.map" || fail "generated/httpd.map is another list"
if [ -e "$build/libexec/libhttpd.so" ] && [ -e "$build/build.ninja" ]; then
  awk '/^build libexec\/libhttpd\.so/ { at = 1 } at && /^$/ { exit } at' "$build/build.ninja" |
    grep -qF -- "--version-script=$build/generated/httpd.map" ||
    fail "libhttpd.so is not linked with generated/httpd.map"
fi

# A rendering that does not exist is refused.
"$cmake" -DHEADERS="$here/sample/first.h" -DFORMAT=vms -DOUT="$work/vms" \
  -P "$source/cmake/ExportList.cmake" 2>"$work/error" && fail "FORMAT=vms is taken"
grep -q "found 'vms', wanted version-script" "$work/error" || fail "$(cat "$work/error")"
exit $failed
