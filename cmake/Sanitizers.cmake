# SPDX-License-Identifier: BSD-2-Clause
option(UNFREED_FUZZ "Build the fuzz targets too, and everything with the sanitizers (clang)" OFF)

add_library(unfreed_sanitizers INTERFACE)
if(UNFREED_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "UNFREED_FUZZ needs clang++ as the C++ compiler")
  endif()
  # Every module is instrumented, so that the fuzzer sees what its inputs reach.
  set(UNFREED_SANITIZE "fuzzer-no-link,address,undefined")
endif()
if(UNFREED_SANITIZE)
  target_compile_options(unfreed_sanitizers INTERFACE
    -fsanitize=${UNFREED_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(unfreed_sanitizers INTERFACE -fsanitize=${UNFREED_SANITIZE})
endif()
