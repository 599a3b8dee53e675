// SPDX-License-Identifier: BSD-2-Clause
// Suppressions applied to a report.
#pragma once

#include "known/glob.h"
#include "known/suppressions.h"
#include "model/report.h"

#include <chrono>
#include <vector>

namespace unfreed {

// A few seconds of a slow processor; files that people write need some hundredths of it.
inline constexpr std::uint64_t kMostMatchSteps = 1'000'000'000;

// Does the rule match the group, whatever its day and its max are? The first of several rules that
// match a group is the one that counts.
bool matches(const Suppression& rule, const Group& group, MatchBudget& budget);

// The same of listed sockets, whose stack, cache and verdict nobody knows: a rule that asks for one
// of these does not match.
bool matches(const Suppression& rule, const SocketGroup& group, MatchBudget& budget);

// Marks the groups that rules hide (suppressed_by), those of listed sockets too, and says of each
// rule what it did (Report::suppressions). The report must have all its groups. A rule whose
// matches are more than its max in all, or whose day is over, hides none of them. What is left when
// most_steps of matching are done is shown, and a note says so.
void suppress(Report& report, const std::vector<Suppression>& rules, std::chrono::sys_days today,
              std::uint64_t most_steps = kMostMatchSteps);

} // namespace unfreed
