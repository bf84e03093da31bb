# SPDX-License-Identifier: Apache-2.0
# The rendered reference has a page for each header, and on it each function of that header once,
# with its declaration and its contract.
#   reference.sh SOURCE-DIR BUILD-DIR
set -u
pages=$2/share/doc/httpd/reference
failed=0
fail() { printf '%s\n' "$*" && failed=1; }
for header in "$1"/core/include/httpd/*.h; do
  name=$(basename "$header" .h)
  page=$pages/$name.md
  [ -s "$page" ] || { fail "no page for $name.h" && continue; }
  grep -v '^#' "$header" | tr '\n' ' ' | sed 's/HTTPD_API /\n&/g;s/$/\n/' |
    sed -n 's/^HTTPD_API [^(]*[ *]\([a-z0-9_]*\)(.*/\1/p' | while read -r function; do
    count=$(grep -cxF "### $function()" "$page")
    [ "$count" = 1 ] || echo "$name.md: $function() is there $count times, wanted once"
    # Behind the declaration comes its text.
    awk -v heading="### $function()" '$0 == heading { at = 1 } at && /^```$/ { code = 1; next }
      code && NF { found = $0; exit } END { exit found ~ /^#/ || found == "" }' "$page" ||
      echo "$name.md: $function() has no text"
  done
done >"${TMPDIR:-/tmp}/reference.$$"
cat "${TMPDIR:-/tmp}/reference.$$"
[ ! -s "${TMPDIR:-/tmp}/reference.$$" ] || failed=1
rm -f "${TMPDIR:-/tmp}/reference.$$"
exit $failed
