// SPDX-License-Identifier: BSD-2-Clause
// Which survivors belong together, and in which order a reader should look at them.
#pragma once

#include "analyze/options.h"
#include "model/analysis.h"
#include "model/snapshot.h"

namespace unfreed {

// Groups the survivors by origin, counts them and ranks the groups. Pure: the same input gives the
// same output, in the same order. What counts as outstanding is in analyze/standing.h.
AnalyzedGroups analyze(const Snapshot& snapshot, const AnalyzeOptions& options);

} // namespace unfreed
