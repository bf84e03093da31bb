# SPDX-License-Identifier: Apache-2.0
# The shared objects that loader_test opens, from tests/modules.

set(loader_sources ${CMAKE_SOURCE_DIR}/tests/modules)
set(loader_output ${CMAKE_BINARY_DIR}/tests/loader)

# loader_object(NAME SOURCE [DEFINITIONS…]): tests/loader/NAME.so.
function(loader_object name source)
  add_library(${name} MODULE ${loader_sources}/${source})
  target_include_directories(${name} PRIVATE ${HTTPD_INSTALLED}/include)
  add_dependencies(${name} httpd_development)
  target_compile_definitions(${name} PRIVATE ${ARGN})
  target_compile_options(${name} PRIVATE -fno-sanitize=all)
  target_link_options(${name} PRIVATE -fno-sanitize=all)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX .so SKIP_BUILD_RPATH ON
    LIBRARY_OUTPUT_DIRECTORY ${loader_output})
  add_dependencies(loader_test ${name})
endfunction()

loader_object(mod_loader_good loader_good.c)
loader_object(mod_loader_missing loader_undefined.c NAME=loader_missing
  SYMBOL=loader_library_answer)
loader_object(mod_loader_later loader_undefined.c NAME=loader_later SYMBOL=httpd_from_the_future)
loader_object(mod_constructor_threads loader_constructor.c NAME=constructor_threads ACT=1)
loader_object(mod_constructor_forks loader_constructor.c NAME=constructor_forks ACT=2)
loader_object(mod_constructor_crashes loader_constructor.c NAME=constructor_crashes ACT=3)
target_link_libraries(mod_constructor_threads PRIVATE Threads::Threads)
loader_object(loader_library loader_library.c)

# A library that is there when the module is linked and not where the system looks for it.
add_library(loader_gone SHARED ${loader_sources}/loader_library.c)
target_compile_options(loader_gone PRIVATE -fno-sanitize=all)
target_link_options(loader_gone PRIVATE -fno-sanitize=all)
set_target_properties(loader_gone PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${loader_output}/elsewhere)
loader_object(mod_loader_needs loader_undefined.c NAME=loader_needs SYMBOL=loader_library_answer)
target_link_libraries(mod_loader_needs PRIVATE loader_gone)

file(WRITE ${loader_output}/text.so "This is a text, not a shared object, although its name says so.\n")

# The complete modules that docs/module-api.md shows, as they stand there.
set(loader_guide ${CMAKE_SOURCE_DIR}/docs/module-api.md)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${loader_guide})
file(READ ${loader_guide} guide)
foreach(name IN ITEMS visits later)
  string(FIND "${guide}" "/* mod_${name}.c:" begin)
  string(SUBSTRING "${guide}" ${begin} -1 source)
  string(FIND "${source}" "```" length)
  string(SUBSTRING "${source}" 0 ${length} source)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/mod_${name}.c CONTENT "${source}" @ONLY)
  add_library(guide_${name} MODULE ${CMAKE_BINARY_DIR}/generated/mod_${name}.c)
  target_include_directories(guide_${name} PRIVATE ${HTTPD_INSTALLED}/include)
  add_dependencies(guide_${name} httpd_development)
  target_compile_options(guide_${name} PRIVATE -fno-sanitize=all)
  target_link_options(guide_${name} PRIVATE -fno-sanitize=all)
  set_target_properties(guide_${name} PROPERTIES PREFIX "" SUFFIX .so OUTPUT_NAME mod_${name}
    LIBRARY_OUTPUT_DIRECTORY ${loader_output})
  add_dependencies(loader_test guide_${name})
endforeach()
target_link_libraries(guide_later PRIVATE Threads::Threads)
