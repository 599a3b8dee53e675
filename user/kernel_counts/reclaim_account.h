// SPDX-License-Identifier: BSD-2-Clause
// Whether the kernel accounts a slab cache as memory that can be reclaimed (SLAB_RECLAIM_ACCOUNT):
// /sys/kernel/slab/CACHE/reclaim_account.
#pragma once

#include <string>

namespace unfreed {

// False where it is not known: a kernel without SLUB's folder, a cache that is gone, a name that is
// none.
bool has_reclaim_account(const std::string& cache, const std::string& folder = "/sys/kernel/slab");

} // namespace unfreed
