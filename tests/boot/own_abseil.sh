# SPDX-License-Identifier: Apache-2.0
# A module that brings its own shared Abseil uses that one, while the core uses the tied one.
. "$SOURCE/tests/boot/lib.sh"

[ -e "$MODULE" ] || skip "the system has no shared Abseil"
found=$("$HTTPD" --module "$MODULE") || fail "$found"
contains "the module's copy" "$found" 'module=a\tb by '
contains "the module's copy" "$(printf '%s\n' "$found" | head -n 1)" 'libabsl_strings.so'
# The run-time linker knows the program, libhttpd.ep, by argv[0].
contains "the core's copy" "$found" "core=a\\tb by $HTTPD"
