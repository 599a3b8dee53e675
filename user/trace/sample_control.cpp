// SPDX-License-Identifier: BSD-2-Clause
#include "trace/sample_control.h"

#include "base/log.h"

#include <fmt/format.h>

#include <algorithm>

namespace unfreed::trace {
namespace {

// More objects than this that stay alive a host hardly makes in a second.
constexpr double kFastestGrowth = 500'000;
constexpr double kFillMark = Sampling::kFillPercent / 100.0;
constexpr double kShortestPause = 0.02;
constexpr double kLongestPause = 1;

} // namespace

std::uint64_t SampleControl::check(std::uint64_t now_ns) {
    EventSource::TableFill fill = source_.table_fill();
    while (fill.share > kFillMark && source_.thin()) {
        if (!thinned_at_ns_)
            thinned_at_ns_ = now_ns;
        log::info(fmt::format("the object table is {:.0f} % full: from now on one object in {} is "
                              "followed",
                              fill.share * 100, source_.sampling().one_in));
        fill = source_.table_fill();
    }
    const double room = (kFillMark - fill.share) * static_cast<double>(fill.capacity);
    const double pause = std::clamp(room / kFastestGrowth, kShortestPause, kLongestPause);
    return static_cast<std::uint64_t>(pause * 1e9);
}

} // namespace unfreed::trace
