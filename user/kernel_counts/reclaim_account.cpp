// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/reclaim_account.h"

#include <fstream>

namespace unfreed {

bool has_reclaim_account(const std::string& cache, const std::string& folder) {
    // A module chooses the name of its cache.
    if (cache.empty() || cache.front() == '.' || cache.find('/') != std::string::npos)
        return false;
    std::ifstream file(folder + "/" + cache + "/reclaim_account");
    char value = '0';
    return file.get(value) && value == '1';
}

} // namespace unfreed
