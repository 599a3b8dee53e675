// SPDX-License-Identifier: BSD-2-Clause
// What a sampled count says of the number of all objects.
#pragma once

#include "model/report.h"

#include <cstdint>

namespace unfreed {

// The 95 % interval for the number of objects of a group of which `followed` are in a sample of one
// in `one_in`, each independently of the others. Exact (after Clopper and Pearson), so that it
// holds the truth in at least 95 % of the groups that a report shows, also where they are small: a
// group of which nothing was followed is not shown, and the interval allows for that.
// followed and one_in are at least 1.
Interval interval_of(std::uint64_t followed, std::uint32_t one_in);

// A group of fewer objects than this is missed by the sample with a chance of more than 5 %.
std::uint64_t smallest_sure_group(std::uint32_t one_in);

} // namespace unfreed
