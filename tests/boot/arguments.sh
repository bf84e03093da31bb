# SPDX-License-Identifier: Apache-2.0
# argv, argv[0] and every option reach the core as the user gave them.
. "$SOURCE/tests/boot/lib.sh"

found=$("$HTTPD" -f 'a b.conf' -D X '' | grep -E '^(argument|original)=')
equal "arguments" "$found" "argument=$HTTPD
argument=-f
argument=a b.conf
argument=-D
argument=X
argument=
original=$HTTPD
original=-f
original=a b.conf
original=-D
original=X
original="

# Found through PATH, and through a symbolic link in another directory: argv[0] stays, libexec is found.
ln -s "$HTTPD" "$WORK/web-server"
found=$(cd / && PATH="$WORK:$PATH" web-server -v)
contains "started through PATH" "$found" "argument=web-server
argument=-v
"
contains "started through a link" "$found" "bootstrap=$HTTPD
libexec=$TREE/libexec
prefix=$TREE
"
