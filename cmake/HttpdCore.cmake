# SPDX-License-Identifier: Apache-2.0
# Links what the folders compiled: libhttpd.so and libhttpd.ep, or one executable for SHARED_CORE=OFF.
# Called from ep/, after every folder and module has been seen.

set(HTTPD_VERSION_SCRIPT ${CMAKE_BINARY_DIR}/generated/httpd.map)
set(HTTPD_DYNAMIC_LIST ${CMAKE_BINARY_DIR}/generated/httpd.dynlist)
set(HTTPD_UNIT_ID_SOURCE ${CMAKE_BINARY_DIR}/generated/unit_id.cc)

# The public API's names, for the linker.
function(httpd_export_lists)
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/include/httpd/*.h)
  set(script ${CMAKE_SOURCE_DIR}/cmake/ExportList.cmake)
  foreach(pair IN ITEMS "version-script,${HTTPD_VERSION_SCRIPT}" "dynamic-list,${HTTPD_DYNAMIC_LIST}")
    string(REPLACE "," ";" pair ${pair})
    list(GET pair 0 format)
    list(GET pair 1 out)
    add_custom_command(OUTPUT ${out} VERBATIM
      COMMAND ${CMAKE_COMMAND} "-DHEADERS=${headers}" -DFORMAT=${format} -DOUT=${out} -P ${script}
      DEPENDS ${headers} ${script} COMMENT "Rendering the ${format}")
  endforeach()
  add_custom_target(httpd_exports DEPENDS ${HTTPD_VERSION_SCRIPT} ${HTTPD_DYNAMIC_LIST})
endfunction()

# One id for core and entry program: whatever goes into either changes it.
function(httpd_unit_id objects)
  set(script ${CMAKE_SOURCE_DIR}/cmake/UnitId.cmake)
  set(list ${CMAKE_BINARY_DIR}/generated/unit_id.list)
  set(files ${objects} ${CMAKE_SOURCE_DIR}/ep/main.cc ${HTTPD_VERSION_SCRIPT} ${HTTPD_ABSEIL_TIED})
  file(GENERATE OUTPUT ${list} CONTENT "$<JOIN:${files},\n>\n")
  add_custom_command(OUTPUT ${HTTPD_UNIT_ID_SOURCE} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DLIST=${list} -DOUT=${HTTPD_UNIT_ID_SOURCE} -P ${script}
    DEPENDS ${files} ${list} ${script} COMMENT "Naming the unit")
  add_library(httpd_unit_id OBJECT ${HTTPD_UNIT_ID_SOURCE})
  add_dependencies(httpd_unit_id httpd_exports httpd_abseil_tied)
endfunction()

# httpd_unit(CORE ENTRY DIR UNIT objects… [linker flag]): DIR/libhttpd.so as target CORE and
# DIR/libhttpd.ep as target ENTRY, both with the unit id of object library UNIT.
function(httpd_unit core entry dir unit objects)
  # No -z defs: Abseil's symbols come from the entry program (tests/boot checks that only they do).
  add_library(${core} SHARED ${objects} $<TARGET_OBJECTS:${unit}>)
  target_link_libraries(${core} PRIVATE ${HTTPD_CORE_LIBRARIES})
  target_link_options(${core} PRIVATE -Wl,--version-script=${HTTPD_VERSION_SCRIPT} ${ARGN})
  set_target_properties(${core} PROPERTIES OUTPUT_NAME httpd LINKER_LANGUAGE CXX
    LINK_DEPENDS ${HTTPD_VERSION_SCRIPT} LIBRARY_OUTPUT_DIRECTORY ${dir})
  add_dependencies(${core} httpd_exports)

  # The archive follows libhttpd.so on the command line, so the linker takes from it, and exports,
  # what libhttpd.so leaves undefined.
  add_executable(${entry} ${CMAKE_SOURCE_DIR}/ep/main.cc $<TARGET_OBJECTS:${unit}>)
  target_link_libraries(${entry} PRIVATE ${core} httpd_abseil_archive Threads::Threads)
  target_link_options(${entry} PRIVATE -Wl,--enable-new-dtags ${ARGN})
  set_target_properties(${entry} PROPERTIES OUTPUT_NAME libhttpd SUFFIX .ep INSTALL_RPATH "$ORIGIN"
    BUILD_WITH_INSTALL_RPATH ON RUNTIME_OUTPUT_DIRECTORY ${dir})
endfunction()

# httpd_static_core(TARGET DIR UNIT objects…): DIR/httpd, which holds the core.
function(httpd_static_core target dir unit objects)
  add_executable(${target} ${CMAKE_SOURCE_DIR}/ep/main.cc ${objects} $<TARGET_OBJECTS:${unit}>)
  target_link_libraries(${target} PRIVATE httpd_abseil_archive ${HTTPD_CORE_LIBRARIES})
  target_link_options(${target} PRIVATE -Wl,--dynamic-list=${HTTPD_DYNAMIC_LIST})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME httpd LINK_DEPENDS ${HTTPD_DYNAMIC_LIST}
    RUNTIME_OUTPUT_DIRECTORY ${dir})
  add_dependencies(${target} httpd_exports)
endfunction()

# Sets HTTPD_CORE_OBJECTS and HTTPD_CORE_LIBRARIES: all that the core is linked from.
macro(httpd_collect_core)
  get_property(folders GLOBAL PROPERTY HTTPD_CORE_FOLDERS)
  get_property(modules GLOBAL PROPERTY HTTPD_STATIC_MODULE_OBJECTS)
  get_property(HTTPD_CORE_LIBRARIES GLOBAL PROPERTY HTTPD_STATIC_MODULE_LIBRARIES)
  list(APPEND HTTPD_CORE_LIBRARIES PkgConfig::LIBUV PkgConfig::PCRE2 Threads::Threads
    ${CMAKE_DL_LIBS})
  set(HTTPD_CORE_OBJECTS "")
  foreach(folder IN LISTS folders modules)
    list(APPEND HTTPD_CORE_OBJECTS $<TARGET_OBJECTS:${folder}>)
  endforeach()
endmacro()

function(httpd_link_core)
  httpd_collect_core()
  httpd_unit_id("${HTTPD_CORE_OBJECTS}")
  if(SHARED_CORE)
    httpd_unit(httpd_core httpd_ep ${CMAKE_BINARY_DIR}/libexec httpd_unit_id
      "${HTTPD_CORE_OBJECTS}")
    install(TARGETS httpd_core httpd_ep LIBRARY DESTINATION libexec RUNTIME DESTINATION libexec)
  else()
    httpd_static_core(httpd ${CMAKE_BINARY_DIR}/bin httpd_unit_id "${HTTPD_CORE_OBJECTS}")
    install(TARGETS httpd RUNTIME DESTINATION bin)
  endif()
endfunction()
