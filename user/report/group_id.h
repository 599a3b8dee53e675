// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"

#include <span>
#include <string>
#include <string_view>

namespace unfreed {

// A name for an origin: 12 hex digits, the same in every run on the same kernel and program builds.
// It is made of names and of offsets within them, never of addresses (which KASLR and ASLR move) or
// process ids:
// - kernel frames count with function, module and offset, so two calls in one function differ. The
//   price: another build of the kernel gives other ids;
// - user frames count with the path of their module and the offset in the function, or in the file
//   where no function is known; code that is in no file counts only as being there;
// - caches that exist in random copies (kmalloc-rnd-07-64) count as one.
// class: as to_string(ObjectClass) gives it. cache and exe may be empty.
std::string group_id(std::string_view object_class, std::string_view cache,
                     std::span<const Frame> kernel_stack, std::span<const Frame> user_stack,
                     std::string_view exe);

} // namespace unfreed
