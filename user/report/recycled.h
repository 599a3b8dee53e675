// SPDX-License-Identifier: BSD-2-Clause
// Objects that the kernel keeps allocated for re-use: they look like survivors with an old stack,
// and are bounded.
#pragma once

#include "model/report.h"

#include <vector>

namespace unfreed {

// Socket buffers taken in bulk into the NAPI cache of a CPU (64 a CPU; 128 in 7.x). Sets verdict
// and evidence of groups that are not larger than these caches can be; a larger one is no cache.
void mark_recycled(std::vector<Group>& groups, std::uint64_t cpus);

} // namespace unfreed
