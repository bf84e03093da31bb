# SPDX-License-Identifier: Apache-2.0
# The whole chain boots: `httpd -v` answers from the core.
. "$SOURCE/tests/boot/lib.sh"

found=$("$HTTPD" -v) || fail "$found"
contains "httpd -v" "$found" "httpd/0.1"
found=$(cd / && LD_LIBRARY_PATH=/nowhere "$TREE/libexec/libhttpd.ep" -v) || fail "$found"
contains "libhttpd.ep -v, started by hand" "$found" "httpd/0.1"
