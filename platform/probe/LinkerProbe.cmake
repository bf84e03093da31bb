# SPDX-License-Identifier: Apache-2.0
# Asks the tool chain, native or cross, what its linker does with an executable's symbols: small
# programs are linked and their dynamic symbols read with LLVM's libObject (llvm-nm); nothing is run.

# Ways to make an executable export all its symbols, over the linkers of platform/targets.
set(HTTPD_PROBE_FLAGS -rdynamic -Wl,-E -Wl,--export-dynamic -Wl,-Bexport -Wl,-bexpall)

# _httpd_probe_run(OK DIR command…)
function(_httpd_probe_run ok dir)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${dir} RESULT_VARIABLE status
    OUTPUT_FILE last.log ERROR_FILE last.log)
  if(status EQUAL 0)
    set(${ok} ON PARENT_SCOPE)
  else()
    set(${ok} OFF PARENT_SCOPE)
  endif()
endfunction()

# _httpd_probe_exports(NAMES DIR NM FILE): which of the probe's functions the file exports.
function(_httpd_probe_exports names dir nm file)
  execute_process(COMMAND ${nm} --dynamic --defined-only --format=just-symbols ${file}
    WORKING_DIRECTORY ${dir} OUTPUT_VARIABLE symbols ERROR_QUIET)
  string(REGEX MATCHALL "httpd_probe_[a-z]+" found "${symbols}")
  set(${names} "${found}" PARENT_SCOPE)
endfunction()

# httpd_probe_linker(DIR NM compiler [flag…]) sets for the caller
#   HTTPD_PROBE_EXPORTS         DEFAULT, FLAG, REFERENCED (only what a shared object on the command
#                               line refers to) or NEVER
#   HTTPD_PROBE_EXPORT_FLAG     the flag, for FLAG
#   HTTPD_PROBE_TIES_ARCHIVES   ON when members of an archive that only a shared object refers to
#                               are linked into the executable and exported
#   HTTPD_PROBE_DLOPEN          ON when a program that calls dlopen() can be linked
#   HTTPD_PROBE_REPORT          all of it as text
function(httpd_probe_linker dir nm)
  set(source ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
  set(compile ${ARGN})
  file(REMOVE_RECURSE ${dir})
  file(MAKE_DIRECTORY ${dir})
  set(report "")

  _httpd_probe_run(built ${dir} ${compile} -fPIC -shared -o libprobe.so ${source}/object.c)
  set(with_object 0)
  if(built)
    set(with_object 1)
  endif()
  _httpd_probe_run(archive ${dir} ${compile} -fPIC -c -o archive.o ${source}/archive.c)
  _httpd_probe_run(program ${dir} ${compile} -fPIC -DHTTPD_PROBE_WITH_OBJECT=${with_object}
    -c -o program.o ${source}/program.c)
  get_filename_component(tools ${nm} DIRECTORY)
  find_program(HTTPD_PROBE_AR NAMES llvm-ar-19 llvm-ar ar HINTS ${tools} NO_CACHE)
  _httpd_probe_run(packed ${dir} ${HTTPD_PROBE_AR} rcs libarchive.a archive.o)
  set(inputs program.o)
  if(with_object)
    list(APPEND inputs ./libprobe.so libarchive.a)
  endif()

  set(exports NEVER)
  set(export_flag "")
  set(ties OFF)
  _httpd_probe_run(linked ${dir} ${compile} -o plain ${inputs})
  _httpd_probe_exports(names ${dir} ${nm} plain)
  if("httpd_probe_alone" IN_LIST names)
    set(exports DEFAULT)
  elseif("httpd_probe_referenced" IN_LIST names)
    set(exports REFERENCED)
  endif()
  if("httpd_probe_archived" IN_LIST names)
    set(ties ON)
  endif()
  set(plain ${exports})
  foreach(flag IN LISTS HTTPD_PROBE_FLAGS)
    _httpd_probe_run(linked ${dir} ${compile} ${flag} -o flagged ${inputs})
    set(outcome "the linker refuses it")
    if(linked)
      _httpd_probe_exports(names ${dir} ${nm} flagged)
      set(outcome "accepted, exports no more than without")
      if("httpd_probe_alone" IN_LIST names)
        set(outcome "exports every symbol")
        if(NOT exports STREQUAL "DEFAULT" AND export_flag STREQUAL "")
          set(exports FLAG)
          set(export_flag ${flag})
        endif()
      endif()
    endif()
    string(APPEND report "  with ${flag}: ${outcome}\n")
  endforeach()

  set(dlopen OFF)
  foreach(library IN ITEMS "" -ldl)
    if(NOT dlopen)
      _httpd_probe_run(dlopen ${dir} ${compile} -o loader ${source}/loader.c ${library})
    endif()
  endforeach()

  set(text_DEFAULT "every symbol")
  set(text_REFERENCED "only what a shared object on the command line refers to")
  set(text_NEVER "nothing")
  set(yes_ON yes)
  set(yes_OFF no)
  string(PREPEND report "an executable exports: ${text_${plain}}\n")
  if(exports STREQUAL "DEFAULT" OR exports STREQUAL "FLAG")
    set(static "modules can use a core inside the executable (SHARED_CORE=OFF)")
  else()
    set(static "modules cannot use a core inside the executable: the core has to be shared")
  endif()
  string(APPEND report "archives that only a shared object refers to are tied in: ${yes_${ties}}\n"
    "dlopen(): ${yes_${dlopen}}\n" "so ${static}\n")
  foreach(result IN ITEMS exports export_flag report dlopen)
    string(TOUPPER HTTPD_PROBE_${result} name)
    set(${name} "${${result}}" PARENT_SCOPE)
  endforeach()
  set(HTTPD_PROBE_TIES_ARCHIVES ${ties} PARENT_SCOPE)
endfunction()
