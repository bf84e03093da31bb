# SPDX-License-Identifier: Apache-2.0
# Objects that the tests look at, made here from source so that nobody has to trust a blob. Compiled
# without the sanitizers of the build. What needs a tool that is missing is left out; the tests that
# want it are then skipped by name.

set(HTTPD_FIXTURES ${CMAKE_CURRENT_BINARY_DIR}/fixtures CACHE INTERNAL "")
file(MAKE_DIRECTORY ${HTTPD_FIXTURES})
set(source_dir ${CMAKE_CURRENT_SOURCE_DIR}/fixtures)
set(fixtures "")

# fixture(OUTPUT DEPENDS source… COMMAND command… [THEN command…])
function(fixture output)
  cmake_parse_arguments(F "" "" "DEPENDS;COMMAND;THEN" ${ARGN})
  set(depends "")
  foreach(source IN LISTS F_DEPENDS)
    list(APPEND depends ${source_dir}/${source})
  endforeach()
  if(F_THEN)
    list(PREPEND F_THEN COMMAND)
  endif()
  add_custom_command(OUTPUT ${HTTPD_FIXTURES}/${output} COMMAND ${F_COMMAND} ${F_THEN}
    DEPENDS ${depends}
    WORKING_DIRECTORY ${HTTPD_FIXTURES} COMMENT "Making fixture ${output}" VERBATIM)
  set(fixtures ${fixtures} ${HTTPD_FIXTURES}/${output} PARENT_SCOPE)
endfunction()

set(cc ${CMAKE_C_COMPILER} -std=gnu99 -O1 -I${CMAKE_SOURCE_DIR}/core/include)
set(module ${cc} -shared -fPIC -fvisibility=hidden -s -Wl,--build-id=sha1)

fixture(mod_hello.so DEPENDS hello.c COMMAND ${module} -o mod_hello.so ${source_dir}/hello.c)
fixture(mod_bare.so DEPENDS no_manifest.c
  COMMAND ${module} -o mod_bare.so ${source_dir}/no_manifest.c)
fixture(mod_future.so DEPENDS from_the_future.c
  COMMAND ${module} -o mod_future.so ${source_dir}/from_the_future.c)
fixture(libplain.so DEPENDS plain.c
  COMMAND ${cc} -shared -fPIC -o libplain.so -Wl,-soname,libplain.so.1 ${source_dir}/plain.c)
fixture(libversioned.so DEPENDS versioned.c versioned.map
  COMMAND ${cc} -shared -fPIC -o libversioned.so
    -Wl,--version-script=${source_dir}/versioned.map ${source_dir}/versioned.c)
set(run_path -Wl,-rpath,/opt/lib:$ORIGIN)
fixture(librpath.so DEPENDS plain.c
  COMMAND ${cc} -shared -fPIC -o librpath.so ${run_path} -Wl,--disable-new-dtags
    ${source_dir}/plain.c)
fixture(librunpath.so DEPENDS plain.c
  COMMAND ${cc} -shared -fPIC -o librunpath.so ${run_path} -Wl,--enable-new-dtags
    ${source_dir}/plain.c)
# With everything that hardens and that keeps a library from being opened or closed; and without.
fixture(libhard.so DEPENDS plain.c
  COMMAND ${cc} -shared -fPIC -o libhard.so -Wl,-z,now,-z,relro,-z,nodelete,-z,initfirst
    -Wl,-z,nodlopen,-z,noexecstack ${source_dir}/plain.c)
fixture(libsoft.so DEPENDS plain.c soft.c
  COMMAND ${cc} -shared -fPIC -ftls-model=initial-exec -o libsoft.so
    -Wl,-z,lazy,-z,norelro,-z,execstack,-z,notext ${source_dir}/plain.c ${source_dir}/soft.c)
fixture(plain.o DEPENDS plain.c COMMAND ${cc} -fPIC -c -o plain.o ${source_dir}/plain.c)
fixture(plain.a DEPENDS plain.c
  COMMAND ${cc} -fPIC -c -o archived.o ${source_dir}/plain.c
  THEN ${CMAKE_AR} rcs plain.a archived.o)
# A program of our own kind: the compiler's own output for the smallest main.
file(WRITE ${HTTPD_FIXTURES}/program.c "int main(void) { return 0; }\n")
fixture(program.exe COMMAND ${cc} -fPIE -pie -o program.exe program.c)
# Linked against the core by mistake: a stand-in gives the name into NEEDED.
fixture(mod_linked.so DEPENDS hello.c
  COMMAND ${cc} -shared -fPIC -o libhttpd.so -Wl,-soname,libhttpd.so ${source_dir}/versioned.c
    -Wl,--version-script=${source_dir}/versioned.map
  THEN ${module} -o mod_linked.so ${source_dir}/hello.c -Wl,--no-as-needed -L. -l:libhttpd.so)

include(fixtures_foreign.cmake)

file(WRITE ${HTTPD_FIXTURES}/empty "")
file(WRITE ${HTTPD_FIXTURES}/script "#!/bin/sh\necho no module\n")
file(WRITE ${HTTPD_FIXTURES}/text "This is not a module.\n")
string(RANDOM LENGTH 3000 RANDOM_SEED 7 ALPHABET "abcdefgh" garbage)
string(ASCII 1 2 127 200 control)
file(WRITE ${HTTPD_FIXTURES}/garbage "${control}${garbage}")

add_custom_target(inspect_fixtures DEPENDS ${fixtures})
