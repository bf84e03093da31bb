# SPDX-License-Identifier: Apache-2.0
# Abseil is tied into libhttpd.ep, for this linker: no shared libabsl, and whatever libhttpd.so leaves
# undefined is either a system library's or exported by libhttpd.ep.
. "$SOURCE/tests/boot/lib.sh"

cd "$TREE/libexec"
for file in libhttpd.ep libhttpd.so; do
  ! ldd "$file" | grep libabsl || fail "$file uses a shared Abseil"
  "$READELF" -d "$file" | grep -Eq 'BIND_NOW|FLAGS.*NOW' || fail "$file is not bound at load"
done
! "$READELF" -d libhttpd.so | grep -E 'TEXTREL' || fail "libhttpd.so has text relocations"
"$READELF" -d libhttpd.ep | grep RUNPATH | grep -Fq ': [$ORIGIN]' || fail "no \$ORIGIN in RUNPATH"

names() { "$NM" -D "$@" | awk '{ print $NF }' | LC_ALL=C sort -u; }
names --defined-only libhttpd.ep | sed 's/@.*//' >"$WORK/exported"
names --undefined-only libhttpd.so | grep -v @ | grep -Ev '^_ITM_|^__gmon_start__$' >"$WORK/undefined"
grep -q httpd_a "$WORK/undefined" || fail "the core uses no Abseil: the test shows nothing"

LC_ALL=C comm -23 "$WORK/undefined" "$WORK/exported" | grep absl >"$WORK/missing" || true
[ ! -s "$WORK/missing" ] || fail "libhttpd.ep does not export: $(cat "$WORK/missing")"
ldd libhttpd.so | awk '$3 ~ /^\// { print $3 }' | while read -r library; do
  names --defined-only "$library"
done | sed 's/@.*//' | LC_ALL=C sort -u >"$WORK/libraries"
# clang puts the sanitizers' functions into the executable.
LC_ALL=C comm -23 "$WORK/undefined" "$WORK/libraries" | grep -v absl |
  grep -Ev '^__(asan|ubsan|lsan|sanitizer)_' >"$WORK/foreign" || true
[ ! -s "$WORK/foreign" ] || fail "neither Abseil's nor a library's: $(cat "$WORK/foreign")"
! grep debian "$WORK/exported" || fail "libhttpd.ep exports names of the system's Abseil"
