// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "cli/options.h"

namespace unfreed::cli {

// Each returns the exit status of the program: 0 or 4 (the report is incomplete). An error means
// that nothing was traced, or that the report could not be delivered.
Result<int> run_trace(const Options& options);
Result<int> run_doctor(const Options& options);

} // namespace unfreed::cli
