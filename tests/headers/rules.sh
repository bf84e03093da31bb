# SPDX-License-Identifier: Apache-2.0
# What holds for the text of every public header: it includes <httpd/...>, stddef.h and stdint.h
# alone, is short enough to be read, uses no type whose size is the compiler's business, and every
# function has its contract. Each header is in the guided tour.
#   rules.sh SOURCE-DIR
set -u
cd "$1/core/include/httpd"
failed=0
fail() { printf '%s\n' "$*" && failed=1; }

for header in *.h; do
  lines=$(wc -l <"$header")
  [ "$lines" -le 160 ] || fail "$header: found $lines lines, wanted at most 160"
  sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*//p' "$header" |
    grep -vxE '<httpd/[a-z]+\.h>|<stddef\.h>|<stdint\.h>' && fail "$header: includes the lines above"
  # Comments away, then words that have another size elsewhere.
  awk '{ gsub(/\/\*[^*]*\*\//, ""); if (inside) { if (!sub(/.*\*\//, "")) next; inside = 0 }
         if (sub(/\/\*.*/, "")) inside = 1; print FILENAME ":" FNR ": " $0 }' "$header" |
    grep -E ': .*\b(enum|off_t|time_t|long|short|va_list|errno|wchar_t|bool|_Bool|double|float)\b' |
    grep -v 'HTTPD_' && fail "$header: the types above have no fixed width"
  awk -v CHECK=1 -f "$1/docs/reference.awk" "$header" || fail "$header: contracts are missing"
  grep -qF "\`$header\`" "$1/docs/module-api.md" || fail "docs/module-api.md does not mention $header"
done
for header in *.hpp; do
  grep -qF "\`$header\`" "$1/docs/module-api.md" || fail "docs/module-api.md does not mention $header"
done
exit $failed
