// SPDX-License-Identifier: BSD-2-Clause
#include "judge/grown.h"

#include "judge/incomplete_beta.h"

#include <algorithm>
#include <cmath>

namespace unfreed {
namespace {

// One report in so many says of something that it has grown where only chance has changed it.
constexpr double kFalseAlarm = 0.001;
// Less than this share is no growth that anybody needs to hear of, however sure it is.
constexpr double kLeastShare = 0.10;

} // namespace

bool has_grown(const Stayed& before, const Stayed& after, std::size_t among) {
    // A longer trace may have more in proportion. A shorter one is not allowed less: what comes
    // once, at a start, comes in a short trace, too.
    const double longer = std::max(1.0, after.exposure / std::max(before.exposure, 1e-9));
    const double expected = static_cast<double>(before.objects) * longer;
    if (static_cast<double>(after.objects) <= expected * (1 + kLeastShare))
        return false;
    // Of all that were followed in both, each falls to `after` with this chance if nothing has
    // changed: two Poisson counts with their sum known are binomial, whatever their rate is.
    const double weight_before = 1.0 / std::max(before.one_in, 1U);
    const double weight_after = longer / std::max(after.one_in, 1U);
    const double chance = weight_after / (weight_before + weight_after);
    const double k = std::round(static_cast<double>(after.objects) / std::max(after.one_in, 1U));
    const double n =
        k + std::round(static_cast<double>(before.objects) / std::max(before.one_in, 1U));
    return k > 0 && incomplete_beta(chance, k, n - k + 1) <
                        kFalseAlarm / static_cast<double>(std::max<std::size_t>(among, 1));
}

} // namespace unfreed
