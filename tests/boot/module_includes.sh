# SPDX-License-Identifier: Apache-2.0
# Modules include <httpd/…>, the standard library, system libraries, and their own folder's headers.
# Their include path has nothing else of this project; what is left is a path that goes round it.
. "$SOURCE/tests/boot/lib.sh"

cd "$SOURCE/modules"
find . -name '*.[ch]' -o -name '*.cc' -o -name '*.hpp' | grep -v '_test\.cc$' | while read -r file; do
  sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*//p' "$file" | while read -r name rest; do
    inner=$(printf '%s' "$name" | tr -d '<>"')
    case $name in
    *..*) fail "$file includes $name: found a path out of the module's folder" ;;
    \"*) [ -e "$(dirname "$file")/$inner" ] || fail "$file includes $name: not in its folder" ;;
    \<httpd/*) [ -e "$SOURCE/core/include/$inner" ] || fail "$file includes $name: not public" ;;
    \<*) [ ! -e "$SOURCE/core/$inner" ] && [ ! -e "$SOURCE/platform/$inner" ] ||
      fail "$file includes $name: that is private to the core" ;;
    *) fail "$file includes $name: found neither <…> nor \"…\"" ;;
    esac
  done || exit 1
done
