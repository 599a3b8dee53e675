// SPDX-License-Identifier: BSD-2-Clause
// How large the kernel side's tables are.
#pragma once

#include "bpf/attach_plan.h"

#include <cstdint>

namespace unfreed::bpf {

// Sets of the origin table: 65 536 origins (call paths) that can be told apart, 64 bytes each.
inline constexpr std::uint32_t kOriginSets = 16384;

// Sets of the object table for --max-objects (0: default), a power of two: so many objects take no
// more of it than the mark above which the sample is halved.
std::uint32_t object_sets(std::uint32_t max_objects);

// What the tables of a trace take, whatever is in them.
struct TableMemory {
    std::uint64_t objects = 0; // that can be followed before the sample is halved
    std::uint64_t object_bytes = 0;
    std::uint64_t origins = 0;
    std::uint64_t origin_bytes = 0;
    std::uint64_t ring_bytes = 0;
    std::uint64_t process_bytes = 0;
};
TableMemory table_memory(const TraceRequest& request);

} // namespace unfreed::bpf
