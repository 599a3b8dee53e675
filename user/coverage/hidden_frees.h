// SPDX-License-Identifier: BSD-2-Clause
// Objects whose frees give no event where only the kmem tracepoints can be used.
#pragma once

#include "kernel_counts/slab_names.h"

#include <set>
#include <string>
#include <string_view>

namespace unfreed {

// Caches, as they are counted.
std::set<std::string, std::less<>> caches_with_hidden_frees(const SlabNames& names);

// Do objects that this function allocates by kmalloc end in kfree_rcu()? Their caches hold others,
// too, which are freed in sight.
bool frees_by_rcu(std::string_view function);

} // namespace unfreed
