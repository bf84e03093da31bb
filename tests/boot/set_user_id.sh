# SPDX-License-Identifier: Apache-2.0
# A bootstrap with set-user-id rights starts nothing.
. "$SOURCE/tests/boot/lib.sh"

[ "$(id -u)" = 0 ] || skip "needs root: a set-user-id file of another user"
user=$(id -un 65534 2>/dev/null) || skip "needs the user with id 65534"
cp -R "$TREE" "$WORK/tree" && chmod 755 "$WORK"
run() { su -s /bin/sh "$user" -c "$WORK/tree/bin/httpd"; }
run >/dev/null || fail "a plain bootstrap must start for $user"
chmod u+s "$WORK/tree/bin/httpd"
refused HB-01 "found set-user-id or set-group-id rights" run
chmod u-s,g+s "$WORK/tree/bin/httpd"
refused HB-01 "found set-user-id or set-group-id rights" run
