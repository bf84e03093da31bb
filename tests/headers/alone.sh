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
  # That -m32 means what it says.
  case " $* " in *' -m32 '*) echo 'typedef char small[sizeof(void *) == 4 ? 1 : -1];' >>"$work/alone.c" ;; esac
  # As a user's compiler finds them: -isystem would hide warnings.
  "$compiler" "$@" -Wall -Wextra -Werror -fsyntax-only -I "$source/core/include" "$work/alone.c" \
    >"$work/out" 2>&1 && return
  printf '%s %s: httpd/%s:\n' "$compiler" "$*" "$header"
  cat "$work/out"
  failed=1
}

# The C++ library's headers for another architecture than the installed one: the machine's own, which
# know the sizes from the compiler, and in place of the one file that libc has per size, an empty one.
mkdir -p "$work/small/gnu"
: >"$work/small/gnu/stubs-32.h"
library=/usr/include/c++/$(ls /usr/include/c++ 2>/dev/null | sort -V | tail -1)
machine=/usr/include/$(cc -print-multiarch 2>/dev/null)

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
    header=$(basename "$header")
    compile "$compiler" "$header" -x c++ -std=c++20 -pedantic
    if [ -d "$machine/c++" ]; then
      compile "$compiler" "$header" -x c++ -std=c++20 -pedantic -m32 -isystem "$work/small" \
        -isystem "$library" -isystem "$machine/c++/${library##*/}" -isystem "$machine"
    else
      printf '%s is missing: %s is not tried with 32 bits\n' "$machine/c++" "$header"
    fi
  done
done
[ $tried -gt 0 ] || { echo 'found no compiler at all' && exit 1; }
exit $failed
