// SPDX-License-Identifier: BSD-2-Clause
// What a trace is aimed at, as the user names it: a birth is followed if it meets one name of each
// kind that has any.
#pragma once

#include <string>
#include <vector>

namespace unfreed {

struct AimNames {
    std::vector<std::string> caches;  // as in /proc/slabinfo; may have * and ?
    std::vector<std::string> sites;   // functions that call the allocator
    std::vector<std::string> comms;   // of a thread or its process
    std::vector<std::string> cgroups; // folders of the v2 hierarchy

    bool empty() const {
        return caches.empty() && sites.empty() && comms.empty() && cgroups.empty();
    }
};

} // namespace unfreed
