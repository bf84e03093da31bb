# SPDX-License-Identifier: Apache-2.0
# The types of the interface do not drift: every function with its parameters and every struct, as
# abidw sees them in a library made of the headers alone, against the file that is kept here.
#   abi.sh SOURCE-DIR CC [write]   write: makes the kept file anew, after a look at the difference
# Needs abigail-tools and skips without it.
set -eu
source=$(cd "$1" && pwd) cc=$2
kept=$source/tests/evolution/abi-1.0.xml
command -v abidiff >/dev/null || {
  echo 'skipped: abidiff is missing (fix: platform/setup --all)'
  exit 77
}
[ "$(uname -m)" = x86_64 ] || {
  echo 'skipped: the kept file is of x86_64'
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
{
  for header in "$source"/core/include/httpd/*.h; do
    echo "#include <httpd/$(basename "$header")>"
  done
  # Each declaration becomes a definition, so that the library has types for all of them.
  awk '/^HTTPD_API/ { at = 1 } at { text = text $0 "\n" }
    at && /;/ { sub(/;/, " { __builtin_trap(); }", text); printf "%s", text; at = 0; text = "" }' \
    "$source"/core/include/httpd/*.h
  # Structs that no function mentions.
  echo 'const httpd_module image_module = {0}; const struct httpd_directive image_directive = {0};'
} >image.c
"$cc" -std=c99 -g -O0 -fPIC -shared -w -I "$source/core/include" -o libimage.so image.c
abidw --no-corpus-path --no-comp-dir-path --no-show-locs libimage.so >image.xml
if [ "${3-}" = write ]; then
  cp image.xml "$kept"
  exit 0
fi
status=0
abidiff --no-show-locs "$kept" image.xml >difference || status=$?
[ $status != 0 ] || exit 0
cat difference
# Bit 4: something changed; 8: something that breaks modules; 1 and 2: the tool failed.
echo "abidiff answered $status: the interface is not that of tests/evolution/abi-1.0.xml."
echo "fix: before 1.0 is released, when this is wanted: sh tests/evolution/abi.sh . $cc write"
exit 1
