// SPDX-License-Identifier: BSD-2-Clause
// The rules that other tools go by, for comparison.
#pragma once

#include "kinds.h"

#include <array>
#include <string_view>
#include <vector>

namespace unfreed::verdicts {

// Living objects of the trace, at 128 evenly spaced moments.
std::vector<double> living(const Lifes& lifes);

// There is an old object that is alive.
bool old_outstanding(const Lifes& lifes, const std::vector<double>& living);
// The straight line through the counts rises; it also fits (r² > 0.9).
bool slope_rises(const Lifes& lifes, const std::vector<double>& living);
bool line_fits(const Lifes& lifes, const std::vector<double>& living);
// Mann and Kendall's test of a trend at 1 %; with the correction of Hamed and Rao (1998) for
// counts that depend on one another.
bool mann_kendall(const Lifes& lifes, const std::vector<double>& living);
bool hamed_rao(const Lifes& lifes, const std::vector<double>& living);
// Four of eight looks, the last ones, each see more than the one before.
bool four_rises(const Lifes& lifes, const std::vector<double>& living);

struct GrowthRule {
    std::string_view name;
    bool (*says_leaking)(const Lifes& lifes, const std::vector<double>& living);
};
inline constexpr std::array kGrowthRules{
    GrowthRule{"old and alive", old_outstanding},
    GrowthRule{"slope > 0", slope_rises},
    GrowthRule{"r² > 0.9", line_fits},
    GrowthRule{"Mann–Kendall", mann_kendall},
    GrowthRule{"Hamed–Rao", hamed_rao},
    GrowthRule{"four rises", four_rises},
};

} // namespace unfreed::verdicts
