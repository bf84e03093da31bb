# SPDX-License-Identifier: Apache-2.0
# Reads platform/targets/table.inc. As a script, `cmake -DROW=NAME -P` prints that row, a field per
# line, and without ROW the names of all rows.

set(HTTPD_TARGET_TABLE ${CMAKE_CURRENT_LIST_DIR}/../platform/targets/table.inc)
set(HTTPD_TARGET_FIELDS name title system format suffix library_suffix paths separators pic shared
  exports export_flags list loader underscore shared_core shared_chain manifest state source note)

# httpd_target_names(OUT): the names of the rows, in order.
function(httpd_target_names out)
  file(STRINGS ${HTTPD_TARGET_TABLE} lines REGEX "\\.name = ")
  set(names "")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE ".*\\.name = \"([^\"]*)\".*" "\\1" name "${line}")
    list(APPEND names ${name})
  endforeach()
  set(${out} "${names}" PARENT_SCOPE)
endfunction()

# httpd_target_read(ROW PREFIX): PREFIX_format and so on. Semicolons in values are kept.
function(httpd_target_read row prefix)
  file(READ ${HTTPD_TARGET_TABLE} table)
  string(FIND "${table}" ".name = \"${row}\"" begin)
  if(begin LESS 0)
    httpd_target_names(names)
    list(JOIN names ", " names)
    message(FATAL_ERROR "HTTPD_TARGET: found '${row}', wanted one of: ${names}\n"
      "fix: -DHTTPD_TARGET=linux-glibc, or a row of its own in platform/targets/table.inc "
      "(docs/porting.md)")
  endif()
  string(SUBSTRING "${table}" ${begin} -1 table)
  string(FIND "${table}" "\n    }," end)
  string(SUBSTRING "${table}" 0 ${end} text)
  foreach(field IN LISTS HTTPD_TARGET_FIELDS)
    set(value "")
    if(text MATCHES "\\.${field} =[ \n]*({?\"([^\"\\]|\\\\.|\"[ \n]+\"|\", \")*\")")
      set(value "${CMAKE_MATCH_1}")
      string(REGEX REPLACE "\"[ \n]+\"" "" value "${value}")
      string(REPLACE "\", \"" " " value "${value}")
      string(REGEX REPLACE "^{?\"|\"$" "" value "${value}")
      string(REGEX REPLACE " $" "" value "${value}")
      string(REPLACE "\\\"" "\"" value "${value}")
    endif()
    set(${prefix}_${field} "${value}" PARENT_SCOPE)
  endforeach()
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  if(NOT ROW)
    httpd_target_names(rows)
    foreach(row IN LISTS rows)
      message("${row}")
    endforeach()
    return()
  endif()
  httpd_target_read(${ROW} row)
  foreach(field IN LISTS HTTPD_TARGET_FIELDS)
    message("${field} ${row_${field}}")
  endforeach()
endif()
