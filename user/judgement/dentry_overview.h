// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel_counts/kernel_books.h"
#include "model/dentry_overview.h"
#include "model/snapshot.h"

namespace unfreed {

KernelDentries kernel_dentries(const KernelCounts& counts);

// The snapshot's objects have been read (analyze/revalidate.h).
// The size of one is that of the slab cache where the trace does not tell it.
TracedDentries traced_dentries(const Snapshot& snapshot, const KernelCounts& counts);

} // namespace unfreed
