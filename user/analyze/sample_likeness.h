// SPDX-License-Identifier: BSD-2-Clause
// Whether chance explains how two groups of a sample differ. What one act makes in two caches is
// followed or not by two tosses, so that neither the numbers nor the times of two caches are equal.
#pragma once

#include "model/analysis.h"

namespace unfreed {

// Whether `group` can have as many objects as `principal`, or a whole multiple, made at the same
// times. Needs six followed ones of each (fewer say nothing) and ages. Of pairs that do belong
// together one or two in a hundred are refused (births at random, one in 4 to 16 followed).
bool alike_in_sample(const AnalyzedGroup& group, const AnalyzedGroup& principal);

} // namespace unfreed
