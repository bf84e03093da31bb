# SPDX-License-Identifier: Apache-2.0
# The installed tree bin/ libexec/ conf/ htdocs/ logs/ include/ share/ man/ run/. It is relocatable:
# paths are found from the bootstrap. include/ and share/ come from HttpdDevelopment.cmake. An existing configuration or site is left alone.

install(DIRECTORY DESTINATION logs)
install(DIRECTORY DESTINATION run)
install(DIRECTORY DESTINATION man)
file(GLOB pages CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/docs/man/*.[1-9]
  ${CMAKE_SOURCE_DIR}/modules/*/*.[1-9])
foreach(page IN LISTS pages)
  string(REGEX REPLACE ".*\\.([1-9])$" "man/man\\1" folder ${page})
  install(FILES ${page} DESTINATION ${folder})
endforeach()
foreach(file IN ITEMS conf/httpd.conf conf/mime.types htdocs/index.html htdocs/favicon.svg)
  get_filename_component(folder ${file} DIRECTORY)
  get_filename_component(name ${file} NAME)
  install(CODE "
    set(to \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder}\")
    if(EXISTS \"\${to}/${name}\")
      message(STATUS \"Kept: \${to}/${name}\")
    else()
      file(INSTALL DESTINATION \"\${to}\" TYPE FILE FILES \"${CMAKE_SOURCE_DIR}/core/${file}\")
    endif()")
  # The build tree mirrors an installation, so that build/<preset>/bin/httpd can be run.
  configure_file(${CMAKE_SOURCE_DIR}/core/${file} ${CMAKE_BINARY_DIR}/${file} COPYONLY)
endforeach()
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/logs ${CMAKE_BINARY_DIR}/run)

# What is installed, without the tests.
add_custom_target(product)
foreach(target IN ITEMS httpd httpdctl httpd_core httpd_ep httpd_modules httpd_inspect)
  if(TARGET ${target})
    add_dependencies(product ${target})
  endif()
endforeach()
