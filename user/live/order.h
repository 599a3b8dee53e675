// SPDX-License-Identifier: BSD-2-Clause
// Which groups of a report are rows of the live view, and in which order.
#pragma once

#include "model/report.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed::live {

// In the order in which keys go through them.
enum class Sort { importance, per_hour, rate, count, size, oldest, what, process };

Sort next(Sort sort);
Sort former(Sort sort);
// "bytes an hour"
std::string_view to_string(Sort sort);

struct Order {
    Sort sort = Sort::importance;
    bool reversed = false;
    std::string filter;         // words that a row must have, all of them; empty: every row
    bool findings_only = false; // only rows that leak or need a look
};

// The rows of one report.
class Rows {
  public:
    // Borrows the report for the call; it must be the same one until the next reset().
    void arrange(const Report& report, const Order& order);
    // Another report.
    void reset() { texts_.clear(); }

    std::size_t size() const { return rows_.size(); }
    // Index of a row in Report::groups.
    std::size_t operator[](std::size_t row) const { return rows_[row]; }
    // Rows that the filter leaves out.
    std::size_t filtered() const { return filtered_; }

  private:
    std::vector<std::uint32_t> rows_;
    std::size_t filtered_ = 0;
    std::vector<std::string> texts_; // of all groups, for the filter; empty: not made yet
};

} // namespace unfreed::live
