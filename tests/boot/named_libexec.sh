# SPDX-License-Identifier: Apache-2.0
# -R DIR counts as first argument only; the server sees it nowhere but in what a re-exec repeats.
. "$SOURCE/tests/boot/lib.sh"

found=$(cd "$OTHER" && "$HTTPD" -R libexec -v)
contains "another libexec" "$found" "libexec=$OTHER/libexec
prefix=$OTHER
"
contains "the core of that libexec" "$found" "unit=fedcba98"
contains "arguments" "$found" "argument=$HTTPD
argument=-v
original=$HTTPD
original=-R
original=libexec
original=-v
"
found=$("$HTTPD" -v -R "$OTHER/libexec")
contains "-R in second place is not the bootstrap's" "$found" "libexec=$TREE/libexec"
contains "-R in second place" "$found" "argument=-R
argument=$OTHER/libexec"
refused HB-02 "-R" "$HTTPD" -R
refused HB-02 "$WORK/none" "$HTTPD" -R "$WORK/none"
mkdir "$WORK/a:b"
refused HB-06 "a:b" "$HTTPD" -R "$WORK/a:b"
