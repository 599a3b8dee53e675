// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"

#include <span>
#include <string>
#include <string_view>

namespace unfreed {

// True for functions that every stack of its kind has: slab allocator, generic constructors of a
// class (sk_alloc, __d_alloc), system call and thread entry. They say nothing about who made it.
bool is_plumbing(std::string_view function);

// The one function that names a kernel stack (innermost first): the innermost that is no plumbing,
// else the innermost known one, else an address; kUnknown for an empty stack.
std::string allocation_site(std::span<const Frame> kernel_stack);

} // namespace unfreed
