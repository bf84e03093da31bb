# SPDX-License-Identifier: Apache-2.0
# What differs between systems, with a fallback for each (features.h).
set(HTTPD_WITHOUT "" CACHE STRING
  "Specials of this system to leave out, for example sendfile;proc, or all: tests the fallbacks")
set(specials atomic_flags close_range proc prctl sendfile reuseport seqpacket o_path affinity)
set(without ${HTTPD_WITHOUT})
if(without STREQUAL "all")
  set(without ${specials})
endif()
foreach(name IN LISTS without)
  if(NOT name IN_LIST specials)
    message(FATAL_ERROR "HTTPD_WITHOUT: found '${name}', wanted all or some of: ${specials}\n"
      "  fix: -DHTTPD_WITHOUT=all")
  endif()
  string(TOUPPER ${name} upper)
  add_compile_definitions(HTTPD_WITHOUT_${upper})
endforeach()
