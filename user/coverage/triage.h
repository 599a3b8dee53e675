// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel_counts/descriptors.h"
#include "kernel_counts/kernel_books.h"
#include "kernel_counts/tcp_counters.h"
#include "model/triage.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace unfreed {

// All that is read at one end.
struct TriageSample {
    std::uint64_t taken_at_ns = 0;
    std::uint64_t page_bytes = 4096;
    MemoryBalance memory;
    KernelCounts counts;
    TcpCounters tcp;
    std::optional<std::uint64_t> dying_cgroups;
    std::vector<DescriptorUse> descriptors;
};

// Pure. Which part of the memory grows, by what, and what to run next.
Triage triage(const TriageSample& start, const TriageSample& end);

} // namespace unfreed
