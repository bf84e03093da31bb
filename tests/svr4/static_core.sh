# SPDX-License-Identifier: Apache-2.0
# A static core and a module file: it works where the linker exports, and fails at run time in the
# world for which the core is shared, as on the systems it stands for. The same module file works
# there with the shared core. Without the wrapper before the linker this test is red.
. "$SOURCE/tests/boot/lib.sh"

# Where the user that modules run as can enter.
cp -R "$HERE/ours" "$HERE/theirs" "$TREE" "$WORK"
cp "$BUILD/libexec/mod_mime.so" "$WORK"
HERE=$WORK TREE=$WORK/tree
mkdir -p "$WORK/conf" "$WORK/logs" "$WORK/run" "$WORK/htdocs"
chmod 755 "$WORK"
echo "Listen 127.0.0.1:0
LoadModule mime_module $WORK/mod_mime.so" >"$WORK/conf/httpd.conf"
check() { "$1" -d "$WORK" -t 2>&1; }

ours=$(check "$HERE/ours/bin/httpd") || fail "a static core that exports does not work: $ours"
contains 'a static core that exports' "$ours" 'Syntax OK'
"$NM" -D --defined-only "$HERE/ours/bin/httpd" | grep -q ' httpd_hook_request' ||
  fail 'our static core exports nothing: the test shows nothing'

! "$NM" -D --defined-only "$HERE/theirs/bin/httpd" | grep ' httpd_' ||
  fail 'the linker of this world exported the interface'
if theirs=$(check "$HERE/theirs/bin/httpd"); then
  fail "a static core served a module without exporting anything: $theirs"
fi
contains 'what we say' "$theirs" 'HM-29'
contains 'what we say' "$theirs" 'this httpd does not give its functions to modules'
contains 'the cure' "$theirs" '-DSHARED_CORE=ON'
# What the system's loader says, from its own trace.
message=$(LD_DEBUG=libs check "$HERE/theirs/bin/httpd" | grep 'mod_mime.so: error' | head -n 1)
contains 'what the loader says' "$message" 'undefined symbol: httpd_'

shared=$(check "$TREE/bin/httpd") || fail "the shared core does not work in this world: $shared"
contains 'the shared core' "$shared" 'Syntax OK'
