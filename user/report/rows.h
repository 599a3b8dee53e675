// SPDX-License-Identifier: BSD-2-Clause
// Which groups are rows of the first screen, and findings of the forms for CI.
#pragma once

#include "model/report.h"

#include <algorithm>

namespace unfreed {

// It needs a look, and no other group stands for it.
inline bool is_finding(const Group& group) {
    return group.judged && group.attention != Attention::none && !group.companion;
}

// It was known before, so it is counted but not told.
inline bool is_hidden(const Group& group) {
    return !group.suppressed_by.empty() || group.change == Change::known;
}

inline bool has_row(const Group& group) {
    return is_finding(group) && !is_hidden(group);
}

// Has the report rows that are not told? Their groups may have been cut from it (--top).
inline bool hides_rows(const Report& report) {
    const auto hides = [](const SuppressionUse& rule) {
        return rule.state == SuppressionState::used && rule.groups != 0;
    };
    return (report.baseline && report.baseline->groups != 0) ||
           std::any_of(report.suppressions.begin(), report.suppressions.end(), hides);
}

} // namespace unfreed
