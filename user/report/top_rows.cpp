// SPDX-License-Identifier: BSD-2-Clause
#include "report/top_rows.h"

#include "report/rows.h"

#include <algorithm>
#include <vector>

namespace unfreed {

TopRows::TopRows(const Report& report, std::size_t top) : whole_(report) {
    if (report.groups.size() <= top)
        return;
    const auto rows = static_cast<std::size_t>(
        std::count_if(report.groups.begin(), report.groups.end(), has_row));
    std::size_t room_for_rows = std::min(rows, top);
    std::size_t room_for_others = top - room_for_rows;
    cut_ = report;
    cut_->groups_omitted += report.groups.size() - top;
    cut_->look_omitted += rows - room_for_rows;
    std::erase_if(cut_->groups, [&](const Group& group) {
        std::size_t& room = has_row(group) ? room_for_rows : room_for_others;
        if (room == 0)
            return true;
        --room;
        return false;
    });
}

} // namespace unfreed
