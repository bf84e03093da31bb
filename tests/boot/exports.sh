# SPDX-License-Identifier: Apache-2.0
# What libhttpd.so exports is what the version script lists is what the public headers declare, and
# each declaration is documented right above.
. "$SOURCE/tests/boot/lib.sh"

"$NM" -D --defined-only "$TREE/libexec/libhttpd.so" | awk '$2 != "A" { print $NF }' |
  LC_ALL=C sort >"$WORK/exported"
cat "$SOURCE"/core/include/httpd/*.h | grep -v '^#' | tr '\n' ' ' | sed 's/HTTPD_API /\n&/g;s/$/\n/' |
  sed -n 's/^HTTPD_API [^(]*[ *]\([a-z0-9_]*\)(.*/\1@@HTTPD_1.0/p' >"$WORK/wanted"
echo httpd_main@@HTTPD_PRIVATE >>"$WORK/wanted"
LC_ALL=C sort -u -o "$WORK/wanted" "$WORK/wanted"
diff "$WORK/wanted" "$WORK/exported" || fail "headers (<) and exports (>) of libhttpd.so differ"
sed -n 's/^    \([a-z0-9_]*\);$/\1/p' "$BUILD/generated/httpd.map" | LC_ALL=C sort >"$WORK/script"
sed 's/@@.*//' "$WORK/wanted" | LC_ALL=C sort | diff - "$WORK/script" ||
  fail "headers (<) and version script (>) differ"
awk '/^HTTPD_API/ && before !~ /\*\/$/ { print FILENAME ":" FNR ": " $0; bad = 1 }
     { before = $0 } END { exit bad }' "$SOURCE"/core/include/httpd/*.h ||
  fail "declarations without a comment right above"
