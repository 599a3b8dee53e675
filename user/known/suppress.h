// SPDX-License-Identifier: BSD-2-Clause
// Suppressions applied to a report.
#pragma once

#include "known/glob.h"
#include "known/suppressions.h"
#include "model/report.h"

#include <chrono>
#include <vector>

namespace unfreed {

// Does the rule match the group, whatever its day and its max are? The first of several rules that
// match a group is the one that counts.
bool matches(const Suppression& rule, const Group& group, MatchBudget& budget);

// Marks the groups that rules hide (Group::suppressed_by) and says of each rule what it did
// (Report::suppressions). The report must have all its groups. A rule whose matches are more than
// its max in all, or whose day is over, hides none of them.
void suppress(Report& report, const std::vector<Suppression>& rules, std::chrono::sys_days today);

} // namespace unfreed
