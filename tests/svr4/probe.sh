# SPDX-License-Identifier: Apache-2.0
# The probe tells this world from ours before anything is built, for each linker.
. "$SOURCE/tests/boot/lib.sh"

probe() {
  "$CMAKE" "-DCOMPILER=$1" "-DNM=$LLVM_NM" "-DOUT=$WORK/probe" \
    -P "$SOURCE/platform/probe/probe.cmake"
}
tried=
for linker in bfd gold lld; do
  command -v "ld.$linker" >/dev/null || continue
  tried=1
  equal "ld.$linker" "$(probe "$CC;-fuse-ld=$linker" | tail -n 1)" \
    'EXPORTS=FLAG FLAG=-rdynamic TIES=ON DLOPEN=ON'
  report=$(probe "$CC;-B$WORLD;-fuse-ld=$linker")
  equal "ld.$linker behind $WORLD" "$(printf '%s\n' "$report" | tail -n 1)" \
    'EXPORTS=REFERENCED FLAG= TIES=ON DLOPEN=ON'
  contains "report for ld.$linker" "$report" 'the core has to be shared'
done
[ -n "$tried" ] || fail 'no linker was found'

# A linker that refuses everything: nothing is claimed.
printf '#!/bin/sh\nexit 1\n' >"$WORK/ld"
chmod +x "$WORK/ld"
equal 'a linker that fails' "$(probe "$CC;-B$WORK" | tail -n 1)" \
  'EXPORTS=NEVER FLAG= TIES=OFF DLOPEN=OFF'

# SHARED_CORE=OFF stops at once, with the reason and the cure; AUTO takes the shared core.
configure() {
  "$CMAKE" -S "$SOURCE" -B "$WORK/build" -G Ninja "-DCMAKE_EXE_LINKER_FLAGS=$2" \
    -DHTTPD_TESTS=OFF "-DSHARED_CORE=$1" 2>&1
}
if message=$(configure OFF "-B$WORLD"); then fail 'SHARED_CORE=OFF was accepted'; fi
contains 'the reason' "$message" 'SHARED_CORE=OFF: modules would not find'
contains 'the report' "$message" 'with -rdynamic: accepted, exports no more than without'
contains 'the cure' "$message" 'fix: -DSHARED_CORE=ON'
contains 'AUTO here' "$(configure AUTO "-B$WORLD")" 'SHARED_CORE=AUTO: ON'
contains 'AUTO elsewhere' "$(configure AUTO '')" 'SHARED_CORE=AUTO: OFF'
if message=$(configure perhaps ''); then fail 'SHARED_CORE=perhaps was accepted'; fi
contains 'the values' "$message" "found 'perhaps', wanted ON, OFF or AUTO"
