// SPDX-License-Identifier: BSD-2-Clause
// Processes that have nearly as many descriptors open as they may (RLIMIT_NOFILE).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace unfreed {

struct DescriptorUse {
    std::uint32_t pid = 0;
    std::string comm;
    std::uint64_t open = 0;
    std::uint64_t limit = 0;
};

// Those that use at least half of what they may, the nearest to their limit first; and the one with
// most descriptors, in any case. Processes that cannot be read are left out.
std::vector<DescriptorUse> read_descriptor_use(const std::string& proc = "/proc");

} // namespace unfreed
