# SPDX-License-Identifier: Apache-2.0
# Objects of other machines and other systems: both widths and byte orders of every format. Clang
# compiles them, lld links what it can, yaml2obj makes the rest. Included by fixtures.cmake.

find_program(HTTPD_CLANG NAMES clang-14 clang DOC "Clang, for objects of other machines")
set(llvm_bin /usr/lib/llvm-19/bin)
find_program(HTTPD_LLD_ELF NAMES ld.lld-19 DOC "lld, for objects of other machines")
find_program(HTTPD_LLD_MACHO NAMES ld64.lld-19 DOC "lld for Mach-O")
find_program(HTTPD_LLD_COFF NAMES lld-link-19 DOC "lld for Windows")
foreach(tool IN ITEMS yaml2obj llc llvm-lipo)
  string(TOUPPER HTTPD_${tool} variable)
  string(REPLACE - _ variable ${variable})
  find_program(${variable} NAMES ${tool}-19 PATHS ${llvm_bin} DOC "${tool} of LLVM 19")
endforeach()

# compiled(OUTPUT TARGET SOURCE): sets `compile` to the command that makes OUTPUT.
function(compiled output target source)
  set(compile ${HTTPD_CLANG} -ffreestanding -std=gnu99 -O1 --target=${target} -c ${ARGN}
    -I${CMAKE_SOURCE_DIR}/core/include -o ${output} ${source_dir}/${source} PARENT_SCOPE)
endfunction()

if(HTTPD_CLANG AND HTTPD_LLD_ELF)
  foreach(row IN ITEMS "aarch64;aarch64-linux-gnu" "mips;mips-linux-gnu" "i386;i386-linux-gnu"
      "s390x;s390x-linux-gnu")
    list(GET row 0 name)
    list(GET row 1 target)
    compiled(hello.${name}.o ${target} hello.c -fPIC)
    fixture(mod_hello.${name}.so DEPENDS hello.c
      COMMAND ${compile}
      THEN ${HTTPD_LLD_ELF} -shared -o mod_hello.${name}.so hello.${name}.o)
    compiled(versioned.${name}.o ${target} versioned.c -fPIC)
    fixture(libversioned.${name}.so DEPENDS versioned.c versioned.map
      COMMAND ${compile}
      THEN ${HTTPD_LLD_ELF} -shared -soname libversioned.so -o libversioned.${name}.so
        --version-script=${source_dir}/versioned.map versioned.${name}.o)
    compiled(needs_version.${name}.o ${target} needs_version.c -fPIC)
    fixture(needs_version.${name}.so DEPENDS needs_version.c versioned.c versioned.map
      COMMAND ${compile}
      THEN ${HTTPD_LLD_ELF} -shared -rpath /opt/lib:/usr/lib --enable-new-dtags -z now -z relro
        --build-id=sha1 -o needs_version.${name}.so needs_version.${name}.o
        ${HTTPD_FIXTURES}/libversioned.${name}.so)
    add_custom_command(OUTPUT ${HTTPD_FIXTURES}/needs_version.${name}.so APPEND
      DEPENDS ${HTTPD_FIXTURES}/libversioned.${name}.so)
  endforeach()
  compiled(s390x.o s390x-linux-gnu plain.c -fPIC)
  fixture(s390x.o DEPENDS plain.c COMMAND ${compile})
endif()

if(HTTPD_CLANG)
  foreach(row IN ITEMS "arm64;arm64-apple-macos11" "arm64_32;arm64_32-apple-watchos7"
      "x86_64;x86_64-apple-macos10.14")
    list(GET row 0 name)
    list(GET row 1 target)
    compiled(linked.macho.${name}.o ${target} linked.c -fPIC -fvisibility=hidden)
    fixture(linked.macho.${name}.o DEPENDS linked.c COMMAND ${compile})
  endforeach()
  foreach(row IN ITEMS "x64;x86_64" "x86;i686" "arm64;aarch64")
    list(GET row 0 name)
    list(GET row 1 cpu)
    compiled(linked.${name}.obj ${cpu}-pc-windows-msvc linked.c -fno-PIC)
    fixture(linked.${name}.obj DEPENDS linked.c COMMAND ${compile})
  endforeach()
  if(HTTPD_LLC)
    # Clang 14 cannot write all XCOFF objects itself.
    foreach(row IN ITEMS "32;powerpc-ibm-aix" "64;powerpc64-ibm-aix")
      list(GET row 0 name)
      list(GET row 1 target)
      compiled(linked.xcoff${name}.bc ${target} linked.c -emit-llvm)
      fixture(linked.xcoff${name}.o DEPENDS linked.c
        COMMAND ${compile}
        THEN ${HTTPD_LLC} -filetype=obj -mtriple=${target} -o linked.xcoff${name}.o
          linked.xcoff${name}.bc)
    endforeach()
  endif()
endif()

# Bundles that ask a library of ours; arm64 also with chained fixups, which newer systems expect.
# For arm64_32 lld writes eight bytes into a lazy pointer of four; in file order what follows repairs
# it, between threads nothing does.
set(one_writer --threads=1)
if(HTTPD_CLANG AND HTTPD_LLD_MACHO)
  foreach(row IN ITEMS "arm64;macos 11.0 11.0;arm64-apple-macos11;no_"
      "arm64_32;watchos 7.0 7.0;arm64_32-apple-watchos7;no_"
      "x86_64;macos 10.14 10.14;x86_64-apple-macos10.14;no_" "fixups;macos 13.0 13.0;arm64-apple-macos13;")
    list(GET row 0 name)
    list(GET row 1 platform)
    list(GET row 2 target)
    list(GET row 3 no)
    string(REPLACE fixups arm64 arch ${name})
    separate_arguments(platform)
    set(link ${HTTPD_LLD_MACHO} -arch ${arch} -platform_version ${platform} -${no}fixup_chains
      -undefined dynamic_lookup ${one_writer})
    compiled(depends.macho.${name}.o ${target} depends.c -fPIC -fvisibility=hidden)
    fixture(libdepends.${name}.dylib DEPENDS depends.c
      COMMAND ${compile}
      THEN ${link} -dylib -install_name @rpath/libdepends.dylib -o libdepends.${name}.dylib
        depends.macho.${name}.o)
    compiled(bundled.macho.${name}.o ${target} linked.c -fPIC -fvisibility=hidden)
    fixture(linked.${name}.bundle DEPENDS linked.c
      COMMAND ${compile}
      THEN ${link} -bundle -rpath /opt/lib -rpath @loader_path/. -o linked.${name}.bundle
        bundled.macho.${name}.o libdepends.${name}.dylib)
    add_custom_command(OUTPUT ${HTTPD_FIXTURES}/linked.${name}.bundle APPEND
      DEPENDS ${HTTPD_FIXTURES}/libdepends.${name}.dylib)
  endforeach()
  if(HTTPD_LLVM_LIPO)
    fixture(universal.bundle
      COMMAND ${HTTPD_LLVM_LIPO} -create linked.arm64.bundle linked.x86_64.bundle
        -output universal.bundle)
    add_custom_command(OUTPUT ${HTTPD_FIXTURES}/universal.bundle APPEND
      DEPENDS ${HTTPD_FIXTURES}/linked.arm64.bundle ${HTTPD_FIXTURES}/linked.x86_64.bundle)
  endif()
endif()

# DLLs: one that offers (also by number, and passed on), one that asks, one that asks late.
if(HTTPD_CLANG AND HTTPD_LLD_COFF)
  foreach(row IN ITEMS "x64;x86_64" "x86;i686" "arm64;aarch64")
    list(GET row 0 name)
    list(GET row 1 cpu)
    set(target ${cpu}-pc-windows-msvc)
    set(link ${HTTPD_LLD_COFF} /dll /noentry /nodefaultlib /machine:${name})
    compiled(depends.${name}.obj ${target} depends.c -fno-PIC)
    fixture(depends.${name}.dll DEPENDS depends.c depends.def
      COMMAND ${compile}
      THEN ${link} /def:${source_dir}/depends.def /out:depends.${name}.dll
        /implib:depends.${name}.lib depends.${name}.obj)
    compiled(linked.${name}.dll.obj ${target} linked.c -fno-PIC)
    fixture(linked.${name}.dll DEPENDS linked.c
      COMMAND ${compile}
      THEN ${link} /debug /pdb:linked.${name}.pdb /Brepro /subsystem:console
        /out:linked.${name}.dll /implib:linked.${name}.lib linked.${name}.dll.obj
        depends.${name}.lib)
    compiled(delayed.${name}.obj ${target} delayed.c -fno-PIC)
    if(name STREQUAL arm64)
      set(soft "")  # there is no such machine without them
    else()
      set(soft /nxcompat:no /dynamicbase:no /highentropyva:no)
    endif()
    fixture(delayed.${name}.dll DEPENDS delayed.c
      COMMAND ${compile}
      THEN ${link} ${soft} /delayload:depends.${name}.dll /out:delayed.${name}.dll
        /implib:delayed.${name}.lib delayed.${name}.obj depends.${name}.lib)
    foreach(user IN ITEMS linked delayed)
      add_custom_command(OUTPUT ${HTTPD_FIXTURES}/${user}.${name}.dll APPEND
        DEPENDS ${HTTPD_FIXTURES}/depends.${name}.dll)
    endforeach()
  endforeach()
endif()

if(HTTPD_YAML2OBJ)
  foreach(name IN ITEMS s390x.so:s390x xcoff32.so:xcoff32 xcoff64.so:xcoff64
      ppc.bundle:macho.ppc ppc64.bundle:macho.ppc64)
    string(REPLACE : ";" pair ${name})
    list(GET pair 0 output)
    list(GET pair 1 source)
    fixture(${output} DEPENDS ${source}.yaml
      COMMAND ${HTTPD_YAML2OBJ} ${source_dir}/${source}.yaml -o ${output})
  endforeach()
endif()
