// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/history.h"

#include "analyze/growth.h"

#include <algorithm>

namespace unfreed {

std::vector<std::uint64_t> history_times(const Snapshot& snapshot) {
    std::vector<std::uint64_t> all;
    for (const CountPoint& point : count_series(snapshot, {}, snapshot.taken_at_ns))
        all.push_back(point.time_ns);
    if (snapshot.history.times_ns.empty())
        return {};
    // From the end, so that the last one stays.
    const std::size_t stride = (all.size() + kMostHistoryPoints - 1) / kMostHistoryPoints;
    std::vector<std::uint64_t> times;
    for (std::size_t i = (all.size() - 1) % stride; i < all.size(); i += stride)
        times.push_back(all[i]);
    return times;
}

std::vector<std::uint64_t> history_of(const Snapshot& snapshot, std::span<const OriginId> origins,
                                      std::span<const std::uint64_t> times,
                                      std::uint64_t until_ns) {
    std::vector<std::uint64_t> history;
    auto wanted = times.begin();
    for (const CountPoint& point : count_series(snapshot, origins, until_ns)) {
        wanted = std::lower_bound(wanted, times.end(), point.time_ns);
        if (wanted == times.end())
            break;
        if (*wanted != point.time_ns)
            continue;
        history.push_back(static_cast<std::uint64_t>(point.count));
        ++wanted; // a recording may have a time twice
    }
    if (std::all_of(history.begin(), history.end(), [](std::uint64_t count) { return count == 0; }))
        history.clear();
    return history;
}

} // namespace unfreed
