# SPDX-License-Identifier: Apache-2.0
# Linkers read the renderings: of a library with three functions of the sample headers, httpd_main and
# one more, exactly the listed ones are exported. ELF with each linker that is there; Mach-O and PE
# with LLVM's linkers, on any machine.
#   linkers.sh SOURCE-DIR CMAKE
# A linker that is missing is left out with a word; none at all is a failure.
set -u
source=$1 cmake=$2
here=$source/tests/exports
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
tried=0
fail() { printf '%s\n' "$*" && failed=1; }
tool() {
  for name in "$1" "$1-19" "$1-14"; do
    command -v "$name" && return
  done
  for folder in /usr/lib/llvm-19/bin /usr/lib/llvm-14/bin; do
    [ -x "$folder/$1" ] && printf '%s\n' "$folder/$1" && return
  done
  printf '%s is not installed: left out (platform/setup --all installs it)\n' "$1" >&2
  return 1
}
for format in version-script macho-list windows-def; do
  "$cmake" "-DHEADERS=$here/sample/first.h;$here/sample/second.h" -DFORMAT=$format \
    -DOUT="$work/$format" -P "$source/cmake/ExportList.cmake" || exit 1
done
cat >"$work/library.c" <<'END'
int httpd_zebra(int number) { return number; }
const char *httpd_two_lines(void) { return 0; }
void httpd_with_callback(void) {}
void *httpd_apple(void) { return 0; }
int httpd_main(void) { return 0; }
int httpd_without_api(void) { return 0; }
END
wanted='httpd_apple httpd_main httpd_two_lines httpd_with_callback httpd_zebra '
# exported WHAT NAMES
exported() {
  tried=$((tried + 1))
  found=$(printf '%s\n' "$2" | grep . | LC_ALL=C sort | tr '\n' ' ')
  [ "$found" = "$wanted" ] || fail "$1 exports: $found"
}

for linker in bfd gold lld; do
  command -v ld.$linker >/dev/null || { echo "ld.$linker is not installed: left out" && continue; }
  if cc -shared -fPIC -fuse-ld=$linker -Wl,--version-script="$work/version-script" \
    -o "$work/library.so" "$work/library.c"; then
    exported "ld.$linker" "$(nm -D --defined-only "$work/library.so" | awk '$2 == "T" { print $3 }' |
      sed 's/@.*//')"
  else
    fail "ld.$linker refuses the version script"
  fi
done

nm=$(tool llvm-nm) clang=$(tool clang) || nm=
if [ -n "$nm" ] && ld=$(tool ld64.lld); then
  if "$clang" --target=x86_64-apple-macos11 -c -o "$work/macho.o" "$work/library.c" &&
    "$ld" -dylib -arch x86_64 -platform_version macos 11 11 -undefined dynamic_lookup \
      -exported_symbols_list "$work/macho-list" -o "$work/library.dylib" "$work/macho.o"; then
    exported ld64.lld "$("$nm" --extern-only --defined-only "$work/library.dylib" |
      awk '$2 == "T" { print $3 }' | sed 's/^_//')"
  else
    fail "ld64.lld refuses the list"
  fi
fi
if [ -n "$nm" ] && ld=$(tool lld-link) && readobj=$(tool llvm-readobj); then
  if "$clang" --target=x86_64-windows-msvc -c -o "$work/coff.o" "$work/library.c" &&
    "$ld" /dll /noentry /machine:x64 "/def:$work/windows-def" "/out:$work/libhttpd.dll" \
      "$work/coff.o"; then
    exported lld-link "$("$readobj" --coff-exports "$work/libhttpd.dll" | sed -n 's/^ *Name: httpd/httpd/p')"
  else
    fail "lld-link refuses the list"
  fi
fi
[ $tried -gt 0 ] || fail 'found no linker at all'
printf '%d linkers read the list\n' $tried
exit $failed
