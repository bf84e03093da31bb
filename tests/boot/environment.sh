# SPDX-License-Identifier: Apache-2.0
# A child of the server sees the user's own environment; the run-time linker of libhttpd.ep sees
# libexec first and never an empty element.
. "$SOURCE/tests/boot/lib.sh"

# What a child sees; `_` is the shell's.
children() { "$@" "$HTTPD" --environment | grep -v '^_=' | LC_ALL=C sort; }
plain() { "$@" env | grep -v '^_=' | LC_ALL=C sort; }
for state in "env -u LD_LIBRARY_PATH" "env LD_LIBRARY_PATH=" "env LD_LIBRARY_PATH=:/a::/b;:"; do
  equal "environment of a child: $state" "$(children $state)" "$(plain $state)"
done
equal "variables of the bootstrap's own that a user had set" \
  "$(children env HTTPD_BOOT_SELF=x HTTPD_BOOT_LIBRARY_PATH==y A= 'B=c d')" "$(plain env A= 'B=c d')"
equal "environment without the bootstrap" \
  "$(LD_LIBRARY_PATH=/user "$TREE/libexec/libhttpd.ep" --environment | grep LD_LIBRARY_PATH)" \
  "LD_LIBRARY_PATH=/user"

# What the bootstrap hands to the run-time linker of libhttpd.ep.
command -v strace >/dev/null || skip "strace is missing: the bootstrap's exec was not looked at"
executed() {
  "$@" strace -f -v -s 4096 -e trace=execve "$HTTPD" 2>&1 >/dev/null |
    sed -n 's/.*libhttpd.ep.*"LD_LIBRARY_PATH=\([^"]*\)".*/\1/p'
}
equal "path, unset" "$(executed env -u LD_LIBRARY_PATH)" "$TREE/libexec"
equal "path, empty" "$(executed env LD_LIBRARY_PATH=)" "$TREE/libexec"
equal "path, with empty elements" "$(executed env 'LD_LIBRARY_PATH=:/a::;/b:')" \
  "$TREE/libexec:/a:/b"
