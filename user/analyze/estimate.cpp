// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/estimate.h"

#include "judge/incomplete_beta.h"

#include <cmath>

namespace unfreed {
namespace {

constexpr double kTail = 0.025; // on each side

// Chance that of `all` objects at least `least` are followed, given that one is: groups of which
// none is are not shown.
double chance_of_at_least(std::uint64_t least, std::uint64_t all, double share) {
    if (least <= 1)
        return 1;
    if (least > all)
        return 0;
    const double n = static_cast<double>(all);
    const double k = static_cast<double>(least);
    const double any = -std::expm1(n * std::log1p(-share));
    return std::fmin(1, incomplete_beta(share, k, n - k + 1) / any);
}

// The smallest number from `from` on for which `holds`; it holds for all larger ones, too.
template <class Condition>
std::uint64_t smallest(std::uint64_t from, Condition holds) {
    std::uint64_t step = 1;
    while (!holds(from + step - 1))
        step *= 2;
    std::uint64_t low = from + step / 2;
    std::uint64_t high = from + step - 1;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        if (holds(middle))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

} // namespace

Interval interval_of(std::uint64_t followed, std::uint32_t one_in) {
    if (one_in <= 1)
        return {followed, followed};
    const double share = 1.0 / one_in;
    Interval interval;
    interval.low = smallest(followed, [&](std::uint64_t all) {
        return chance_of_at_least(followed, all, share) > kTail;
    });
    // The first number that is too high for so few to be followed.
    interval.high = smallest(followed + 1,
                             [&](std::uint64_t all) {
                                 return chance_of_at_least(followed + 1, all, share) >= 1 - kTail;
                             }) -
                    1;
    return interval;
}

std::uint64_t smallest_sure_group(std::uint32_t one_in) {
    if (one_in <= 1)
        return 1;
    return static_cast<std::uint64_t>(std::ceil(std::log(0.05) / std::log1p(-1.0 / one_in)));
}

} // namespace unfreed
