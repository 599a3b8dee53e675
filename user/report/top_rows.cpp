// SPDX-License-Identifier: BSD-2-Clause
#include "report/top_rows.h"

#include <iterator>

namespace unfreed {

TopRows::TopRows(const Report& report, std::size_t top) : whole_(report) {
    if (report.groups.size() <= top)
        return;
    cut_ = report;
    const auto first_left_out = std::next(cut_->groups.begin(), static_cast<std::ptrdiff_t>(top));
    cut_->groups_omitted += report.groups.size() - top;
    cut_->groups.erase(first_left_out, cut_->groups.end());
}

} // namespace unfreed
