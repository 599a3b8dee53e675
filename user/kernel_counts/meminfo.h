// SPDX-License-Identifier: BSD-2-Clause
// How much memory the slab caches have: /proc/meminfo.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace unfreed {

struct SlabMemory {
    std::uint64_t bytes = 0; // Slab
    std::uint64_t reclaimable_bytes =
        0; // SReclaimable: caches that can be shrunk, so the kernel says

    // Fails with Errc::malformed unless both lines are there.
    static Result<SlabMemory> parse(std::string_view text);
    // Fails with not_found, permission, io or malformed.
    static Result<SlabMemory> read(const std::string& path = "/proc/meminfo");
};

} // namespace unfreed
