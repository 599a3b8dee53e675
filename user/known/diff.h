// SPDX-License-Identifier: BSD-2-Clause
// `unfreed diff`: two reports, told.
#pragma once

#include "known/compare.h"
#include "model/report.h"

#include <cstddef>
#include <string>

namespace unfreed {

struct DiffOptions {
    std::size_t width = 80;
    bool color = false;
};

// What needs a look and is new, has grown, has turned, is gone, or is as before; all else is
// counted. `changes` are those of compare(before, after).
std::string diff_to_text(const Report& before, const Report& after,
                         const std::vector<OriginChange>& changes, const DiffOptions& options);

// Every origin (docs/ci.md: unfreed-diff/1).
std::string diff_to_json(const Report& before, const Report& after,
                         const std::vector<OriginChange>& changes);

} // namespace unfreed
