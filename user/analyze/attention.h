// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "analyze/options.h"

namespace unfreed {

// Whether a group whose verdict is known gets a row of the first screen.
Attention attention_of(const AnalyzedGroup& group, TraceMode mode);

} // namespace unfreed
