# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` gives the author of a module: headers, files for pkg-config and CMake, and
# the reference; and with these alone the template becomes a module that the server takes.
#   installed.sh SOURCE-DIR BUILD-DIR CMAKE CC
set -eu
source=$1 build=$2 cmake=$3 cc=$4
work=$(mktemp -d)
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
fail() { printf '%s\n' "$*" && exit 1; }

"$cmake" --install "$build" --component development --prefix "$work/prefix" >"$work/log" ||
  fail "cmake --install failed: $(cat "$work/log")"
for header in "$source"/core/include/httpd/*; do
  cmp -s "$header" "$work/prefix/include/httpd/$(basename "$header")" ||
    fail "include/httpd/$(basename "$header") is not installed as it is"
done
[ "$(ls "$work/prefix/include/httpd" | wc -l)" = "$(ls "$source/core/include/httpd" | wc -l)" ] ||
  fail "include/httpd holds more than the public headers"
[ -s "$work/prefix/share/doc/httpd/reference/request.md" ] || fail "the reference is not installed"

# The tree was moved: nothing in it may remember where it was made.
mv "$work/prefix" "$work/moved"
export PKG_CONFIG_PATH="$work/moved/share/pkgconfig"
flags=$(pkg-config --cflags httpd) || fail "pkg-config does not find httpd"
[ "$(cd "$(pkg-config --variable=moduledir httpd)/.." 2>/dev/null && pwd || echo "$work/moved")" = \
  "$work/moved" ] || fail "moduledir is $(pkg-config --variable=moduledir httpd)"
mkdir -p "$work/moved/libexec" "$work/author"
cp "$source/modules/template/mod_template.c" "$work/author"
cd "$work/author"
# shellcheck disable=SC2086  # flags are words
"$cc" -std=c99 -Wall -Wextra -Werror $flags -fPIC -shared -fvisibility=hidden \
  -o mod_template.so mod_template.c || fail "the template does not compile with pkg-config's flags"
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.16)
project(author C)
find_package(httpd REQUIRED)
httpd_add_module(template mod_template.c)
END
"$cmake" -B made -DCMAKE_PREFIX_PATH="$work/moved/share/cmake" >"$work/log" 2>&1 &&
  "$cmake" --build made >>"$work/log" 2>&1 || fail "find_package(httpd): $(cat "$work/log")"

mkdir -p "$work/root/conf" "$work/root/htdocs" "$work/root/logs" "$work/root/run"
for file in mod_template.so made/mod_template.so; do
  cat >"$work/root/conf/httpd.conf" <<END
ServerName localhost
Listen 127.0.0.1:8080
DocumentRoot "$work/root/htdocs"
LoadModule template_module "$work/author/$file"
TemplateGreeting "Good morning"
END
  "${HTTPD_BUILD_DIR:-$build}/bin/httpd" -d "$work/root" -t >"$work/log" 2>&1 ||
    fail "the server refuses $file: $(cat "$work/log")"
done
