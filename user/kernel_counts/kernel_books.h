// SPDX-License-Identifier: BSD-2-Clause
// The kernel's own counts of what is alive, all at one moment.
#pragma once

#include "kernel_counts/dentry_state.h"
#include "kernel_counts/meminfo.h"
#include "kernel_counts/memory_balance.h"
#include "kernel_counts/slab_names.h"
#include "kernel_counts/slabinfo.h"
#include "kernel_counts/sockstat.h"

#include <optional>

namespace unfreed {

// What could not be read is missing.
struct KernelCounts {
    std::optional<SlabInfo> slabs;
    std::optional<Sockstat> sockstat; // of the network namespace of the reader
    std::optional<DentryState> dentries;
    std::optional<SlabMemory> slab_memory = {};
    std::optional<MemoryBalance> memory = {};
};

// Where the counts come from: /proc and /sys, or a test.
class KernelBooks {
  public:
    virtual ~KernelBooks() = default;
    virtual KernelCounts read() = 0;
    virtual SlabNames::Links slab_links() = 0;
    virtual unsigned cpus() = 0;
};

class ProcKernelBooks final : public KernelBooks {
  public:
    KernelCounts read() override;
    SlabNames::Links slab_links() override { return read_slab_links(); }
    unsigned cpus() override;
};

} // namespace unfreed
