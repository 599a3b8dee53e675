// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/analysis.h"

#include <span>
#include <vector>

namespace unfreed {

// What needs no look, summed up by the reason, most objects first. Leaves out what is not
// outstanding: groups that are not judged, that wait for RCU, or whose objects are gone.
std::vector<AliveSum> alive_sums(std::span<const AnalyzedGroup> groups);

} // namespace unfreed
