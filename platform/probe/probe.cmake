# SPDX-License-Identifier: Apache-2.0
# The probe by itself, for porters and tests:
#   cmake "-DCOMPILER=cc;-fuse-ld=gold" -DNM=llvm-nm -DOUT=FOLDER -P platform/probe/probe.cmake
# prints the report, then one line "EXPORTS=… FLAG=… TIES=… DLOPEN=…".
cmake_minimum_required(VERSION 3.25)
foreach(needed IN ITEMS COMPILER NM OUT)
  if(NOT ${needed})
    message(FATAL_ERROR "found no -D${needed}=…, wanted COMPILER, NM and OUT\n"
      "fix: cmake -DCOMPILER=cc -DNM=llvm-nm -DOUT=/tmp/probe -P platform/probe/probe.cmake")
  endif()
endforeach()
include(${CMAKE_CURRENT_LIST_DIR}/LinkerProbe.cmake)
find_program(nm_path NAMES ${NM} REQUIRED)
httpd_probe_linker(${OUT} ${nm_path} ${COMPILER})
execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${HTTPD_PROBE_REPORT}EXPORTS=${HTTPD_PROBE_EXPORTS} FLAG=${HTTPD_PROBE_EXPORT_FLAG} TIES=${HTTPD_PROBE_TIES_ARCHIVES} DLOPEN=${HTTPD_PROBE_DLOPEN}")
