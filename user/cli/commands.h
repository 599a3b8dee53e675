// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "options/options.h"

namespace unfreed::cli {

// Each returns the exit status of the program: 0, 4 (the report is incomplete) or 1 (a report could
// not be made or delivered, and this has been said). An error means that there is no report.
Result<int> run_trace(const Options& options);
Result<int> run_report(const Options& options);
Result<int> run_diff(const Options& options);
Result<int> run_triage(const Options& options);
Result<int> run_doctor(const Options& options);

} // namespace unfreed::cli
