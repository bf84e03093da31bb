# SPDX-License-Identifier: Apache-2.0
# ps shows "httpd: ROLE", without padding, for the process and its forked children; comm is httpd.
. "$SOURCE/tests/boot/lib.sh"

found=$(env A=b "$HTTPD" --titles with some more arguments)
expected="title=httpd: supervisor|
comm=httpd
title=httpd: worker 1.0|
comm=httpd"
equal "titles" "$(printf '%s\n' "$found" | head -n 4)" "$expected"

# A short command line in an empty environment still has room; a title that is too long is cut.
found=$(env -i "$HTTPD" --titles)
contains "short command line" "$found" "title=httpd: "
contains "cut title" "$found" "xxx"
equal "titles without the bootstrap" \
  "$("$TREE/libexec/libhttpd.ep" --titles a b c d e f g | head -n 4)" "$expected"
