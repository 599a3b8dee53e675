// SPDX-License-Identifier: BSD-2-Clause
// All dentries of the host in a few numbers; optional = unknown.
#pragma once

#include <cstdint>
#include <optional>

namespace unfreed {

// What the kernel itself counts.
struct KernelDentries {
    std::optional<std::int64_t> total;
    std::optional<std::int64_t> unused;       // could be freed
    std::optional<std::int64_t> negative;     // of the unused ones
    std::optional<std::uint64_t> bytes;       // memory of their slab cache
    std::optional<std::uint64_t> inode_bytes; // and of those of inodes, which dentries hold
    std::optional<std::uint64_t> slab_bytes;
    std::optional<std::uint64_t> slab_reclaimable_bytes;
};

// What was made during the trace and is alive, young ones too. Of a sample: estimates.
struct TracedDentries {
    std::uint64_t total = 0;
    std::uint64_t unused = 0; // nothing but cache, negative ones included
    std::uint64_t negative = 0;
    std::uint64_t unknown = 0; // could not be read
    std::optional<std::uint64_t> bytes = 0;
};

struct DentryOverview {
    KernelDentries kernel;
    TracedDentries traced;
};

// What became of the objects of a report when the kernel was asked to free what it can.
struct Reclaim {
    std::uint64_t reclaimed = 0;
    std::uint64_t remaining = 0;
};

struct ReclaimReport {
    Reclaim dentries;    // of all groups of dentries that the report shows; of a sample: estimates
    unsigned rounds = 0; // how often the kernel was asked
    KernelDentries before;
    KernelDentries after;
    // Objects in use in the slab cache `dentry`, as it says. It counts those as used that lie free
    // in the lists of a CPU.
    std::optional<std::uint64_t> slab_before;
    std::optional<std::uint64_t> slab_after;
};

} // namespace unfreed
