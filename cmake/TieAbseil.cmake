# SPDX-License-Identifier: Apache-2.0
# cmake -P: copies ARCHIVES into the one archive OUT with every symbol's OLD replaced by NEW.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result ERROR_VARIABLE error
    OUTPUT_VARIABLE output WORKING_DIRECTORY ${work})
  if(result)
    list(GET ARGN 0 tool)
    message(FATAL_ERROR "${tool} failed (${result}) while tying Abseil:\n${error}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

set(work ${OUT}.work)
file(REMOVE_RECURSE ${work})
file(MAKE_DIRECTORY ${work})

run(${NM} -P ${ARCHIVES})
string(REGEX MATCHALL "[A-Za-z0-9_.$]*${OLD}[A-Za-z0-9_.$]*" symbols "${output}")
list(REMOVE_DUPLICATES symbols)
if(NOT symbols)
  message(FATAL_ERROR "${ARCHIVES}: found no symbol with '${OLD}', the inline namespace that "
    "absl/base/options.h names.\nfix: install headers and archives of the same Abseil")
endif()
set(map "")
foreach(symbol IN LISTS symbols)
  string(REPLACE ${OLD} ${NEW} renamed ${symbol})
  string(APPEND map "${symbol} ${renamed}\n")
endforeach()
file(WRITE ${work}/map ${map})

# A script for ar, because members of different archives have the same names.
set(script "create all.a\n")
foreach(archive IN LISTS ARCHIVES)
  get_filename_component(name ${archive} NAME)
  run(${OBJCOPY} --redefine-syms=map ${archive} ${name})
  string(APPEND script "addlib ${name}\n")
endforeach()
file(WRITE ${work}/script "${script}save\nend\n")
execute_process(COMMAND ${AR} -M INPUT_FILE ${work}/script WORKING_DIRECTORY ${work}
  RESULT_VARIABLE result ERROR_VARIABLE error)
if(result)
  message(FATAL_ERROR "${AR} -M failed while tying Abseil:\n${error}")
endif()
file(RENAME ${work}/all.a ${OUT})
file(REMOVE_RECURSE ${work})
