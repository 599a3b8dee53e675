// SPDX-License-Identifier: BSD-2-Clause
// What a person calls objects for which the kernel has only a size, or a cache that others share: a
// pipe, not kmalloc-1k. The function that makes a thing allocates all of its parts. One of these,
// the core, there is once for each thing: it has the number, and the others come with it.
#pragma once

#include "model/object_class.h"

#include <span>
#include <string>
#include <string_view>

namespace unfreed {

struct Thing {
    std::string_view singular, plural;
    // All that is made below one of them is part of the thing.
    std::span<const std::string_view> acts;
    // Functions that make the core themselves, caches that only it is from, or "dentry".
    std::span<const std::string_view> cores;
};

// Of the objects of one group.
struct ThingFinding {
    const Thing* thing = nullptr; // that they are part of; nullptr: none that is known
    bool is_core = false;
};

// functions: of the kernel stack, innermost first; empty names: not known.
ThingFinding thing_of(std::span<const std::string> functions, std::string_view maker,
                      ObjectClass object_class, std::string_view cache);

} // namespace unfreed
