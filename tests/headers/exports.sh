# SPDX-License-Identifier: Apache-2.0
# Every declared function is there, and nothing else is exported: a function that is declared and not
# written would refuse the first module that uses it.
#   exports.sh NM CORE NAMES   NAMES: the declared functions, one per line (cmake/ExportList.cmake)
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" -D --defined-only "$2" | awk '$2 ~ /[A-Z]/ && $2 != "A" { sub(/@.*/, "", $3); print $3 }' |
  grep -vxE 'httpd_main|_init|_fini|_edata|_end|__bss_start' | LC_ALL=C sort >"$work/exported"
grep . "$3" | LC_ALL=C sort >"$work/declared"
if [ -z "${STATIC_CORE-}" ]; then
  LC_ALL=C comm -13 "$work/declared" "$work/exported" >"$work/extra"
else
  : >"$work/extra" # an executable also exports what its libraries ask for
fi
LC_ALL=C comm -23 "$work/declared" "$work/exported" >"$work/missing"
sed 's/^/declared, but not there: /' "$work/missing"
sed 's/^/exported, but not declared: /' "$work/extra"
[ ! -s "$work/missing" ] && [ ! -s "$work/extra" ]
