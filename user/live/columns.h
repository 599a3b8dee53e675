// SPDX-License-Identifier: BSD-2-Clause
// The rows of the live view as cells: as many columns as fit, the verdict first.
#pragma once

#include "live/order.h"
#include "model/report.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace unfreed::live {

struct Lines {
    std::string titles;
    std::vector<std::string> rows; // as they were given
};

// The rows that are on the screen. Numbers are never cut; where the width does not do, columns that
// tell least are left out. The title of what is sorted by has a mark.
Lines lines_of(const Report& report, std::span<const Group* const> groups, std::size_t width,
               const Order& order);

} // namespace unfreed::live
