// SPDX-License-Identifier: BSD-2-Clause
// The parts of a thing come with it, whatever their number is: five network namespaces have 10 of
// this and 15 of that, and no number alone tells which belong together.
#pragma once

#include "model/analysis.h"

#include <cstdint>
#include <vector>

namespace unfreed {

// Marks a group as one that comes with the principal, and lists it there. The principal has the
// surest verdict of all, and needs a look if one of them does: no row hides what it stands for.
void put_below(AnalyzedGroup& principal, AnalyzedGroup& group);

// Groups of the same processes. What was made below the same act (analyze/things.h), by the same
// calls as far as these are known, while the thing was there, is put below the group that is the
// thing.
void join_parts_of_things(const std::vector<AnalyzedGroup*>& groups);

// The bytes that a thing takes in an hour are those of all that has been put below it; the sentence
// says so, too. one_in: of the sample.
void count_parts(AnalyzedGroup& thing, std::uint32_t one_in);

} // namespace unfreed
