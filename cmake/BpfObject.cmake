# SPDX-License-Identifier: BSD-2-Clause
# unfreed_bpf_object(NAME SOURCES... [DEFINITIONS...]): compiles each .bpf.c alone, links them into
# one object with bpftool and makes NAME.skel.h. Gives an INTERFACE library NAME_skel and sets NAME_OBJECT.
find_program(BPF_CLANG NAMES clang-14 clang clang-19 clang-18 clang-16 REQUIRED
             DOC "clang that compiles the BPF programs")
find_program(BPFTOOL bpftool PATHS /usr/sbin /sbin REQUIRED)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64)$")
  set(BPF_ARCH x86)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(BPF_ARCH arm64)
else()
  message(FATAL_ERROR "unfreed supports x86-64 and arm64, not ${CMAKE_SYSTEM_PROCESSOR}")
endif()

# All headers that are made of BPF objects: what the C++ sources need to be read by other tools.
add_custom_target(skeletons)

# CMake tells editors how it compiles C and C++, not what its custom commands do.
function(unfreed_note_bpf_command source)
  list(JOIN ARGN [[", "]] arguments)
  set_property(GLOBAL APPEND PROPERTY UNFREED_BPF_COMMANDS
    "{\"directory\": \"${CMAKE_BINARY_DIR}\", \"file\": \"${source}\", \"arguments\": [\"${arguments}\"]}")
endfunction()

# unfreed_write_bpf_commands(): bpf/compile_commands.json, which .clangd names for bpf/.
function(unfreed_write_bpf_commands)
  get_property(commands GLOBAL PROPERTY UNFREED_BPF_COMMANDS)
  list(JOIN commands ",\n" commands)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/bpf/compile_commands.json CONTENT "[${commands}]\n")
endfunction()

function(unfreed_bpf_object name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEFINITIONS" ${ARGN})
  list(TRANSFORM ARG_DEFINITIONS PREPEND -D)
  set(objects)
  foreach(source ${ARG_SOURCES})
    get_filename_component(base ${source} NAME_WE)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.dir/${base}.o)
    set(compile ${BPF_CLANG} -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter -mcpu=v3 -target bpf
                -D__TARGET_ARCH_${BPF_ARCH} ${ARG_DEFINITIONS} -isystem ${CMAKE_SOURCE_DIR}/vmlinux
                -I${CMAKE_SOURCE_DIR}/bpf -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object})
    unfreed_note_bpf_command(${CMAKE_CURRENT_SOURCE_DIR}/${source} ${compile})
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/${name}.dir
      COMMAND ${compile} -MD -MF ${object}.d -MT ${object}
      DEPENDS ${source}
      DEPFILE ${object}.d
      COMMENT "BPF ${name} ${source}")
    list(APPEND objects ${object})
  endforeach()
  set(linked ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  set(skeleton ${CMAKE_CURRENT_BINARY_DIR}/skel/${name}.skel.h)
  add_custom_command(
    OUTPUT ${linked} ${skeleton}
    COMMAND ${BPFTOOL} gen object ${linked} ${objects}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/skel
    COMMAND ${BPFTOOL} gen skeleton ${linked} name ${name}_bpf > ${skeleton}
    DEPENDS ${objects}
    COMMENT "skeleton ${name}")
  add_custom_target(${name}_skel_build DEPENDS ${skeleton})
  add_library(${name}_skel INTERFACE)
  target_include_directories(${name}_skel SYSTEM INTERFACE ${CMAKE_CURRENT_BINARY_DIR}/skel)
  target_link_libraries(${name}_skel INTERFACE PkgConfig::LIBBPF)
  add_dependencies(${name}_skel ${name}_skel_build)
  add_dependencies(skeletons ${name}_skel_build)
  set(${name}_OBJECT ${linked} PARENT_SCOPE)
endfunction()
