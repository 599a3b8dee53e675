// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "model/report.h"

#include <cstddef>
#include <string_view>

namespace unfreed {

inline constexpr std::size_t kMostReportBytes = std::size_t{256} << 20;

// What a comparison needs of a JSON report: its trace, and of each group what it is, how many,
// whose, and its kernel stack. All else is left empty. The text may come from anybody. Fails with
// malformed or limit.
Result<Report> read_json_report(std::string_view text);

} // namespace unfreed
