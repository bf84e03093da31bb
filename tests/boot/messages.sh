# SPDX-License-Identifier: Apache-2.0
# Whatever is wrong with libhttpd.ep or libhttpd.so: path, reason, fix, exit status 1.
. "$SOURCE/tests/boot/lib.sh"

for name in libhttpd.ep libhttpd.so; do
  file=$WORK/libexec/$name
  # broken PART CODE: installs a good tree, then the caller's standard input as the file
  fresh() {
    rm -rf "$WORK/libexec"
    cp -R "$TREE/libexec" "$WORK/libexec"
  }
  check() { refused "$1" "$file: found $2" "$HTTPD" -R "$WORK/libexec"; }
  fresh && rm "$file" && check HB-03 "nothing: No such file"
  fresh && rm "$file" && mkdir "$file" && check HB-03 "no readable regular file"
  fresh && rm "$file" && mkfifo "$file" && check HB-03 "no readable regular file"
  fresh && : >"$file" && check HB-04 "an empty file"
  fresh && head -c 20 "$TREE/libexec/$name" >"$file" && check HB-04 "no ELF object"
  fresh && echo '#!/bin/sh' >"$file" && check HB-04 "no ELF object"
  fresh && head -c 9000 "$TREE/libexec/$name" >"$file" && check HB-04 "a truncated ELF"
  fresh && head -c 100000 /dev/urandom >"$file" && check HB-04 "no ELF object"
  fresh && printf '\267' | dd of="$file" bs=1 seek=18 conv=notrunc 2>/dev/null &&
    check HB-04 "an ELF object for another machine"
  fresh && printf '\001' | dd of="$file" bs=1 seek=4 conv=notrunc 2>/dev/null &&
    check HB-04 "an ELF object for another machine"
  fresh && cp /bin/sh "$file" && check HB-05 "no build note"
done
fresh && cp "$OTHER/libexec/libhttpd.so" "$file" && check HB-05 "another build"
fresh && chmod a-x "$WORK/libexec/libhttpd.ep"
refused HB-08 "libhttpd.ep: found it refused by the system: Permission denied" \
  "$HTTPD" -R "$WORK/libexec"

# Without the bootstrap the core itself notices the foreign entry program.
fresh && cp "$OTHER/libexec/libhttpd.ep" "$WORK/libexec/libhttpd.ep"
refused HB-10 "found the core of build 0123456789ab" "$WORK/libexec/libhttpd.ep"
[ "$(id -u)" != 0 ] || { printf 'as root: unreadable files are not tested\n' && exit 0; }
fresh && chmod 0 "$file" && check HB-03 "it unreadable: Permission denied"
