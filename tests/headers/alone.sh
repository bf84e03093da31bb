# SPDX-License-Identifier: Apache-2.0
# Each public header compiles alone, twice in a row, without a warning: as C99 and as C++20, for this
# machine and for one of 32 bits, and no struct has hidden padding, which a module would hand over
# with whatever the stack had there.
#   alone.sh SOURCE-DIR COMPILER...
# A compiler that is missing is left out with a word; none at all is a failure.
set -u
source=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
tried=0

# compile COMPILER HEADER option...
compile() {
  compiler=$1 header=$2
  shift 2
  printf '#include <httpd/%s>\n#include <httpd/%s>\nextern int not_empty;\n' "$header" "$header" \
    >"$work/alone.c"
  # As a user's compiler finds them: -isystem would hide warnings.
  "$compiler" "$@" -Wall -Wextra -Werror -fsyntax-only -I "$source/core/include" "$work/alone.c" \
    >"$work/out" 2>&1 && return
  printf '%s %s: httpd/%s:\n' "$compiler" "$*" "$header"
  cat "$work/out"
  failed=1
}

for compiler in "$@"; do
  if ! command -v "$compiler" >/dev/null; then
    printf '%s is not installed: left out (platform/setup --all installs it)\n' "$compiler"
    continue
  fi
  tried=$((tried + 1))
  for header in "$source"/core/include/httpd/*.h; do
    header=$(basename "$header")
    compile "$compiler" "$header" -x c -std=c99 -pedantic -Wpadded -Wstrict-prototypes
    compile "$compiler" "$header" -x c -std=c99 -pedantic -Wpadded -m32 -ffreestanding
    compile "$compiler" "$header" -x c++ -std=c++20 -pedantic
    compile "$compiler" "$header" -x c++ -std=c++20 -pedantic -m32 -ffreestanding -nostdinc++
  done
  for header in "$source"/core/include/httpd/*.hpp; do
    compile "$compiler" "$(basename "$header")" -x c++ -std=c++20 -pedantic
  done
done
[ $tried -gt 0 ] || { echo 'found no compiler at all' && exit 1; }
exit $failed
