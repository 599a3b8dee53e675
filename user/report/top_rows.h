// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"

#include <cstddef>
#include <optional>

namespace unfreed {

// A report with no more groups than a reader asked for. Borrows it; a copy is made only where some
// are left out. What has a row of the first screen goes last.
class TopRows {
  public:
    TopRows(const Report& report, std::size_t top);
    const Report& report() const { return cut_ ? *cut_ : whole_; }

  private:
    const Report& whole_;
    std::optional<Report> cut_;
};

} // namespace unfreed
