# SPDX-License-Identifier: BSD-2-Clause
# INTERFACE target with the warnings every C++ target of ours is compiled with.
add_library(unfreed_warnings INTERFACE)
target_compile_options(unfreed_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
  $<$<BOOL:${UNFREED_WERROR}>:-Werror>)
