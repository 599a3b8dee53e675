# SPDX-License-Identifier: BSD-2-Clause
# unfreed_module(NAME SOURCES... DEPENDS...): a static library for one folder of user/. It may link
# only modules that stand below it; the order in user/CMakeLists.txt is bottom up.
function(unfreed_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(unfreed_${name} STATIC ${ARG_SOURCES})
  target_include_directories(unfreed_${name} PUBLIC ${CMAKE_SOURCE_DIR}/user ${CMAKE_SOURCE_DIR}/bpf)
  target_link_libraries(unfreed_${name} PUBLIC ${ARG_DEPENDS} PRIVATE unfreed_warnings unfreed_hardening
                                        PUBLIC unfreed_sanitizers)
endfunction()
