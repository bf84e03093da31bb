#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SHARED_CORE=OFF with two modules compiled in: `httpd -l` shows them, they serve, and a module file
# of the shared build works with this core as it is.
set -eu
work=$(mktemp -d)
chmod 755 "$work"
trap '"$work/build/bin/httpd" -d "$work/site" -k stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
fail() {
  printf '%s\n' "$1"
  cat "$work"/*.log "$work/site/logs/error_log" 2>/dev/null | tail -n 20
  exit 1
}

CCACHE_BASEDIR=$SOURCE CCACHE_NOHASHDIR=1
export CCACHE_BASEDIR CCACHE_NOHASHDIR
cmake -S "$SOURCE" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSHARED_CORE=OFF \
  -DHTTPD_TESTS=OFF "-DHTTPD_STATIC_MODULES=mime;dir" >"$work/configure.log" 2>&1 &&
  cmake --build "$work/build" --target product >"$work/build.log" 2>&1 || fail 'it does not build'
httpd=$work/build/bin/httpd
list=$("$httpd" -l)
for name in mod_mime.c mod_dir.c; do
  printf '%s\n' "$list" | grep -q "  $name" || fail "httpd -l does not list $name: $list"
done

mkdir -p "$work/site/conf" "$work/site/logs" "$work/site/run" "$work/site/htdocs/files"
echo hello >"$work/site/htdocs/index.html"
echo "Listen 127.0.0.1:0
Workers 1
LoadModule autoindex_module $BUILD/libexec/mod_autoindex.so
DocumentRoot htdocs
DirectoryIndex index.html
<Directory htdocs>
  Options Indexes
</Directory>" >"$work/site/conf/httpd.conf"
"$httpd" -d "$work/site" >"$work/start.log" 2>&1 || fail 'it does not start'
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$work/site/run/httpd.state")
page=$(curl -si "http://127.0.0.1:$port/")
case $page in
*'Content-Type: text/html'*hello*) ;;
*) fail "mod_dir and mod_mime did not work: $page" ;;
esac
curl -s "http://127.0.0.1:$port/files/" | grep -q 'Index of' || fail 'mod_autoindex.so did not work'
