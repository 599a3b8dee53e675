// SPDX-License-Identifier: BSD-2-Clause
#include "track/count_history.h"

#include <algorithm>
#include <limits>

namespace unfreed {
namespace {

std::uint32_t clamp_to_u32(std::uint64_t value) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min(value, most));
}

} // namespace

void CountHistory::add(std::uint64_t time_ns,
                       const std::unordered_map<OriginId, OriginCounts>& counts,
                       std::uint32_t one_in) {
    if (ticks_ && time_ns <= last_time_ns_)
        return;
    last_time_ns_ = time_ns;
    if (ticks_++ % stride_ != 0)
        return;
    // The points are multiples of the stride, and so is this one of the doubled stride.
    if (history_.times_ns.size() == kMaxPoints)
        halve();
    history_.times_ns.push_back(time_ns);
    const std::size_t length = history_.times_ns.size();
    for (const auto& [id, count] : counts) {
        const std::uint64_t outstanding = outstanding_of(count) * one_in;
        auto series = history_.outstanding.find(id);
        if (series == history_.outstanding.end()) {
            // Origins whose objects all die young are most of them: they get no series.
            if (outstanding == 0)
                continue;
            series = history_.outstanding.emplace(id, std::vector<std::uint32_t>{}).first;
        }
        // An origin that was missing from the table at some ticks had nothing outstanding then.
        series->second.resize(length - 1);
        series->second.push_back(clamp_to_u32(outstanding));
    }
}

void CountHistory::halve() {
    const auto keep_even = [](auto& values) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < values.size(); i += 2)
            values[kept++] = values[i];
        values.resize(kept);
    };
    keep_even(history_.times_ns);
    for (auto series = history_.outstanding.begin(); series != history_.outstanding.end();) {
        keep_even(series->second);
        const bool empty = std::all_of(series->second.begin(), series->second.end(),
                                       [](std::uint32_t count) { return count == 0; });
        series = empty ? history_.outstanding.erase(series) : std::next(series);
    }
    stride_ *= 2;
}

} // namespace unfreed
