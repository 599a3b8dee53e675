# SPDX-License-Identifier: BSD-2-Clause
# INTERFACE targets for what ends in the tool: it runs as root and reads what others wrote.
# unfreed_hardening is how its parts are compiled, unfreed_hardened_link how it is linked.
# tests/hardening.sh looks at the result.
include(CheckCXXCompilerFlag)

add_library(unfreed_hardening INTERFACE)
target_compile_options(unfreed_hardening INTERFACE -fPIE -fstack-protector-strong)
add_library(unfreed_hardened_link INTERFACE)
target_link_options(unfreed_hardened_link INTERFACE -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)

# Not on every architecture, and not in every compiler.
foreach(flag -fstack-clash-protection -fcf-protection)
  string(MAKE_C_IDENTIFIER "UNFREED_HAS${flag}" known)
  check_cxx_compiler_flag("-Werror ${flag}" ${known})
  if(${known})
    target_compile_options(unfreed_hardening INTERFACE ${flag})
  endif()
endforeach()

# Does nothing (but warn) without optimisation; the sanitizers have checks of their own in its
# place. A libc or compiler that does not know level 3 takes 2.
if(NOT UNFREED_SANITIZE)
  target_compile_options(unfreed_hardening INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=3>)
endif()
