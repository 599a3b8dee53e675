// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "analyze/options.h"

namespace unfreed {

// Whether a group whose verdict is known gets a row of the first screen. runs: of the command,
// whose objects are all in the group (--repeat). What does not grow with the repeats gets none.
Attention attention_of(const AnalyzedGroup& group, TraceMode mode, std::uint64_t runs = 1);

} // namespace unfreed
