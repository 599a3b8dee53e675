// SPDX-License-Identifier: BSD-2-Clause
// The options that say what is known already: --suppressions, --baseline,
// --gen-suppressions.
#pragma once

#include <string>
#include <vector>

namespace unfreed {

struct KnownOptions {
    std::vector<std::string> suppressions; // files
    std::string baseline;                  // a file; empty: none
    std::string generate;                  // where rules go ("-": stdout); empty: nowhere

    // Can a row be hidden for it?
    bool hides() const { return !suppressions.empty() || !baseline.empty(); }
};

} // namespace unfreed
