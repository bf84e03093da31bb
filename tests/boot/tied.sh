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

# Why each symbol is exported: the core needs it; it is a copy of a library's variable; another
# needed library defines or refers to it as well; or (gold) it has to be one in the whole process
# (STB_GNU_UNIQUE: the distribution compiles its archives so). There is no other reason.
sorted() { LC_ALL=C sort -u; }
"$READELF" -rW libhttpd.ep | awk '$3 ~ /_COPY$/ { sub(/@.*/, "", $5); print $5 }' | sorted >"$WORK/copies"
ldd libhttpd.ep | awk '$3 ~ /^\// && $3 !~ /libhttpd\.so$/ { print $3 }' | while read -r library; do
  names "$library"
done | sed 's/@.*//' | sorted >"$WORK/others"
LC_ALL=C comm -12 "$WORK/exported" "$WORK/undefined" >"$WORK/needed"
LC_ALL=C comm -23 "$WORK/exported" "$WORK/undefined" >"$WORK/rest"
LC_ALL=C comm -23 "$WORK/rest" "$WORK/copies" >"$WORK/beyond"
"$NM" -D --defined-only libhttpd.ep | awk '$2 == "u" { sub(/@.*/, "", $3); print $3 }' | sorted >"$WORK/unique"
LC_ALL=C comm -23 "$WORK/beyond" "$WORK/others" | LC_ALL=C comm -23 - "$WORK/unique" >"$WORK/unexplained"
for class in needed copies beyond unique unexplained; do
  printf '%s: %s\n' "$class" "$(wc -l <"$WORK/$class")"
done
# With clang the sanitizers' run-time library is in the executable, and exported as a whole.
case $SANITIZE in
'') [ ! -s "$WORK/unexplained" ] || fail "exported for no reason: $(cat "$WORK/unexplained")" ;;
esac
