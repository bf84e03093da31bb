# SPDX-License-Identifier: Apache-2.0
# What authors of modules get: the public headers, files for pkg-config and CMake, and the reference
# rendered from the headers' comments. Component `development` of the installation, which needs
# nothing built but the reference; tests/modules are compiled against a copy that it installed.

file(STRINGS ${CMAKE_SOURCE_DIR}/core/include/httpd/module.h abi REGEX "^#define HTTPD_ABI_M")
string(REGEX REPLACE "[^0-9;]" "" abi "${abi}")
list(JOIN abi "." HTTPD_ABI)
foreach(name IN ITEMS httpd.pc httpd-config.cmake)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/${name}.in ${CMAKE_BINARY_DIR}/generated/${name} @ONLY)
endforeach()
install(DIRECTORY ${CMAKE_SOURCE_DIR}/core/include/httpd DESTINATION include
  COMPONENT development)
install(FILES ${CMAKE_BINARY_DIR}/generated/httpd.pc DESTINATION share/pkgconfig
  COMPONENT development)
install(FILES ${CMAKE_BINARY_DIR}/generated/httpd-config.cmake DESTINATION share/cmake/httpd
  COMPONENT development)
install(FILES ${CMAKE_SOURCE_DIR}/docs/module-api.md DESTINATION share/doc/httpd
  COMPONENT development)

# docs/reference.awk says how a page is made.
file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/include/httpd/*.h)
file(GLOB layer CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/include/httpd/*.hpp)
set(pages "")
foreach(header IN LISTS headers)
  get_filename_component(name ${header} NAME_WE)
  set(page ${CMAKE_BINARY_DIR}/share/doc/httpd/reference/${name}.md)
  add_custom_command(OUTPUT ${page} VERBATIM
    COMMAND awk -f ${CMAKE_SOURCE_DIR}/docs/reference.awk ${header} > ${page}
    DEPENDS ${header} ${CMAKE_SOURCE_DIR}/docs/reference.awk)
  list(APPEND pages ${page})
endforeach()
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share/doc/httpd/reference)
add_custom_target(httpd_reference ALL DEPENDS ${pages})
install(FILES ${pages} DESTINATION share/doc/httpd/reference COMPONENT development)

# The copy in the build tree.
set(HTTPD_INSTALLED ${CMAKE_BINARY_DIR}/tests/installed)
add_custom_command(OUTPUT ${HTTPD_INSTALLED}/.stamp VERBATIM
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${HTTPD_INSTALLED}
  COMMAND ${CMAKE_COMMAND} --install ${CMAKE_BINARY_DIR} --component development
    --prefix ${HTTPD_INSTALLED} > ${CMAKE_BINARY_DIR}/generated/development.log
  COMMAND ${CMAKE_COMMAND} -E touch ${HTTPD_INSTALLED}/.stamp
  DEPENDS ${pages} ${headers} ${layer} ${CMAKE_BINARY_DIR}/generated/httpd.pc
    ${CMAKE_BINARY_DIR}/generated/httpd-config.cmake ${CMAKE_SOURCE_DIR}/docs/module-api.md
  COMMENT "Installing the public headers for the test modules")
add_custom_target(httpd_development DEPENDS ${HTTPD_INSTALLED}/.stamp)
