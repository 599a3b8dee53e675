# SPDX-License-Identifier: BSD-2-Clause
add_library(unfreed_sanitizers INTERFACE)
if(UNFREED_SANITIZE)
  target_compile_options(unfreed_sanitizers INTERFACE
    -fsanitize=${UNFREED_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(unfreed_sanitizers INTERFACE -fsanitize=${UNFREED_SANITIZE})
endif()
