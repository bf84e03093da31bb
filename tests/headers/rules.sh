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
# The functions that came after 1.0 are those of HTTPD_ABI_SINCE, in the same versions.
told=$(awk '{ text = text " " $0 }
  /^HTTPD_API/ { declaration = "" ; inside = 1 }
  inside { declaration = declaration " " $0 }
  inside && /\(/ {
    sub(/\(.*/, "", declaration); sub(/.*[ *]/, "", declaration); inside = 0
    since = ""
    while (match(text, /Since [0-9]+\.[0-9]+/)) {
      since = substr(text, RSTART + 6, RLENGTH - 6); text = substr(text, RSTART + RLENGTH)
    }
    if (since != "" && since != "1.0") print declaration ":" since
    text = ""
  }' *.h | sort)
listed=$(sed -n 's/^#define HTTPD_ABI_SINCE "since=\(.*\)\\0"$/\1/p' module.h | tr ',' '\n' | sort)
[ "$told" = "$listed" ] || fail "HTTPD_ABI_SINCE in module.h: found '$listed', wanted '$told'"
exit $failed
