# SPDX-License-Identifier: Apache-2.0
# While folders are being written in parallel: a source that is not there yet is left out with a note,
# so that one unfinished folder stops no other.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/unwritten.cc CONTENT "// nothing yet\n")

macro(httpd_written_sources)
  set(written "")
  foreach(source ${ARGN})
    if("${source}" MATCHES "\\.(c|cc|h)$" AND NOT IS_ABSOLUTE "${source}"
       AND NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${source}")
      message(STATUS "not written yet: ${CMAKE_CURRENT_SOURCE_DIR}/${source}")
      list(APPEND written ${CMAKE_BINARY_DIR}/generated/unwritten.cc)
    else()
      list(APPEND written "${source}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES written)
endmacro()

function(add_executable name)
  httpd_written_sources(${ARGN})
  _add_executable(${name} ${written})
endfunction()

function(add_library name)
  httpd_written_sources(${ARGN})
  _add_library(${name} ${written})
endfunction()
