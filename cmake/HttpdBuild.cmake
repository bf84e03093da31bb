# SPDX-License-Identifier: Apache-2.0
# Compiler settings shared by every target, and the few functions that the folders use.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_C_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g1")

set(HTTPD_SANITIZE "" CACHE STRING "Sanitizers for every target, for example address,undefined")
option(HTTPD_WERROR "Treat warnings as errors" OFF)
option(HTTPD_FAULTS "Build the fault switches with which the invariant tests are shown to fail" OFF)
option(HTTPD_TESTS "Build the tests" ON)

find_program(HTTPD_CCACHE ccache)
if(HTTPD_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${HTTPD_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HTTPD_CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -fstack-protector-strong
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
add_link_options(-Wl,-z,now -Wl,-z,relro)
if(HTTPD_WERROR)
  add_compile_options(-Werror)
endif()
if(HTTPD_SANITIZE)
  add_compile_options(-fsanitize=${HTTPD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HTTPD_SANITIZE})
endif()
if(HTTPD_FAULTS)
  add_compile_definitions(HTTPD_FAULTS=1)
endif()

include(HttpdTarget)

include(CheckPIESupported)
check_pie_supported()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBUV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
if(HTTPD_TESTS)
  find_package(GTest REQUIRED)
endif()
include(HttpdAbseil)

# httpd_folder(NAME sources…): the object library core_NAME of core/NAME.
function(httpd_folder name)
  add_library(core_${name} OBJECT ${ARGN})
  target_include_directories(core_${name} PUBLIC ${CMAKE_SOURCE_DIR}/core
    ${CMAKE_SOURCE_DIR}/core/include ${CMAKE_SOURCE_DIR}/platform ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(core_${name} PUBLIC httpd_abseil_headers PkgConfig::LIBUV
    PkgConfig::PCRE2)
  set_property(GLOBAL APPEND PROPERTY HTTPD_CORE_FOLDERS core_${name})
endfunction()

# httpd_test(NAME SOURCES x_test.cc… LINK core_x core_y… [LABELS unit]): one GoogleTest binary.
function(httpd_test name)
  if(NOT HTTPD_TESTS)
    return()
  endif()
  cmake_parse_arguments(T "" "" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT T_LABELS)
    set(T_LABELS unit)
  endif()
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LINK} httpd_abseil GTest::gtest GTest::gmock
    GTest::gtest_main Threads::Threads)
  include(GoogleTest)
  gtest_discover_tests(${name} PROPERTIES LABELS "${T_LABELS}" DISCOVERY_MODE PRE_TEST)
endfunction()

include(HttpdModule)
