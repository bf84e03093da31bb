# SPDX-License-Identifier: Apache-2.0
# The tied Abseil: a private copy of the system's static archives whose inline namespace has another
# name, so that its symbols can never capture those of a module that brings its own Abseil.
#
#   httpd_abseil_headers  for objects: the same headers with the private namespace name
#   httpd_abseil          for executables and tests: headers and the renamed archive

find_path(HTTPD_ABSEIL_INCLUDE absl/base/options.h)
find_library(HTTPD_ABSEIL_ARCHIVE NAMES libabsl_base.a)
if(NOT HTTPD_ABSEIL_INCLUDE OR NOT HTTPD_ABSEIL_ARCHIVE)
  message(FATAL_ERROR "Abseil's headers or static archives (libabsl_*.a) are missing.\n"
    "fix: run platform/setup, or on another system install Abseil built with static libraries and "
    "add -DCMAKE_PREFIX_PATH=DIR")
endif()

file(READ ${HTTPD_ABSEIL_INCLUDE}/absl/base/options.h options)
if(NOT options MATCHES "#define ABSL_OPTION_USE_INLINE_NAMESPACE 1"
   OR NOT options MATCHES "#define ABSL_OPTION_INLINE_NAMESPACE_NAME ([A-Za-z0-9_]+)")
  message(FATAL_ERROR "${HTTPD_ABSEIL_INCLUDE}/absl/base/options.h: found no inline namespace, which "
    "is what keeps two copies of Abseil apart.\n"
    "fix: use an Abseil built with ABSL_OPTION_USE_INLINE_NAMESPACE=1 (every LTS release)")
endif()
set(HTTPD_ABSEIL_OLD_NAME ${CMAKE_MATCH_1})

# Mangled names carry the length of each part, so the new name must be as long as the old one.
string(LENGTH ${HTTPD_ABSEIL_OLD_NAME} length)
string(SUBSTRING "httpd_abseil_private_copy_of_the_core_xxxxxxxxxxxxxxxxxxxxxxxx" 0 ${length}
  HTTPD_ABSEIL_NEW_NAME)
string(REPLACE "INLINE_NAMESPACE_NAME ${HTTPD_ABSEIL_OLD_NAME}"
  "INLINE_NAMESPACE_NAME ${HTTPD_ABSEIL_NEW_NAME}" options "${options}")
set(overlay ${CMAKE_BINARY_DIR}/generated/abseil)
file(CONFIGURE OUTPUT ${overlay}/absl/base/options.h CONTENT "${options}" @ONLY)

add_library(httpd_abseil_headers INTERFACE)
target_include_directories(httpd_abseil_headers BEFORE INTERFACE ${overlay})
if(NOT HTTPD_ABSEIL_INCLUDE IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
  target_include_directories(httpd_abseil_headers SYSTEM INTERFACE ${HTTPD_ABSEIL_INCLUDE})
endif()

# Flags and random numbers define names outside the inline namespace and are not used here.
get_filename_component(archive_dir ${HTTPD_ABSEIL_ARCHIVE} DIRECTORY)
file(GLOB archives ${archive_dir}/libabsl_*.a)
list(FILTER archives EXCLUDE REGEX "/libabsl_(flags|random|failure_signal_handler)[^/]*$")
set(HTTPD_ABSEIL_TIED ${CMAKE_BINARY_DIR}/lib/libhttpd_abseil.a)
add_custom_command(OUTPUT ${HTTPD_ABSEIL_TIED}
  COMMAND ${CMAKE_COMMAND} "-DARCHIVES=${archives}" -DOLD=${HTTPD_ABSEIL_OLD_NAME}
    -DNEW=${HTTPD_ABSEIL_NEW_NAME} -DNM=${CMAKE_NM} -DOBJCOPY=${CMAKE_OBJCOPY} -DAR=${CMAKE_AR}
    -DOUT=${HTTPD_ABSEIL_TIED} -P ${CMAKE_SOURCE_DIR}/cmake/TieAbseil.cmake
  DEPENDS ${archives} ${CMAKE_SOURCE_DIR}/cmake/TieAbseil.cmake
  COMMENT "Renaming Abseil's ${HTTPD_ABSEIL_OLD_NAME} to ${HTTPD_ABSEIL_NEW_NAME}" VERBATIM)
add_custom_target(httpd_abseil_tied DEPENDS ${HTTPD_ABSEIL_TIED})
add_library(httpd_abseil_archive STATIC IMPORTED GLOBAL)
set_target_properties(httpd_abseil_archive PROPERTIES IMPORTED_LOCATION ${HTTPD_ABSEIL_TIED})
add_dependencies(httpd_abseil_archive httpd_abseil_tied)

add_library(httpd_abseil INTERFACE)
target_link_libraries(httpd_abseil INTERFACE httpd_abseil_headers httpd_abseil_archive
  Threads::Threads)
