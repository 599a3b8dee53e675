// SPDX-License-Identifier: BSD-2-Clause
// Which groups are rows of the first screen, and findings of the forms for CI.
#pragma once

#include "model/report.h"
#include "report/phrases.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace unfreed {

// Some groups of a report, which stays: each may be kilobytes of stacks.
using GroupRefs = std::vector<std::reference_wrapper<const Group>>;

// It needs a look, and no other group stands for it.
inline bool is_finding(const Group& group) {
    return group.judged && group.attention != Attention::none && !group.companion;
}

// Of listed sockets. Where a process cannot be looked at they may be its.
inline bool is_telling_group(const SocketGroup& group) {
    return is_telling_kind(group.kind) && group.unseen_processes == 0;
}

// It was known before, so it is counted but not told.
inline bool is_hidden(const Group& group) {
    return !group.suppressed_by.empty() || group.change == Change::known;
}

// It did not grow in enough of the repeats: it needs no attention, and fails nothing.
inline bool is_no_repeat(const Group& group) {
    return !group.repeats.empty() && !grows_with_repeats(group.repeats);
}

inline bool has_row(const Group& group) {
    return is_finding(group) && !is_hidden(group);
}

// It is named on the first screen.
inline bool is_told(const SocketGroup& group) {
    return is_telling_group(group) && group.suppressed_by.empty();
}

// False: the next trace may show another user stack for the same origin. A host-wide trace walks
// few stacks and shows one of many; of a program that ended before its mappings were read nothing
// is named.
inline bool has_sure_user_stack(const Group& group) {
    const auto is_named = [](const Frame& frame) {
        return !frame.function.empty() || !frame.module.empty();
    };
    return group.stack_quality == "exact" &&
           (group.user_stack.empty() ||
            std::any_of(group.user_stack.begin(), group.user_stack.end(), is_named));
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
