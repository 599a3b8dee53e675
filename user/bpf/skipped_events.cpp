// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/skipped_events.h"

#include <algorithm>

namespace unfreed::bpf {

std::uint64_t lost_events(const SkippedEvents& before, const SkippedEvents& now, bool exact) {
    std::uint64_t bound = UINT64_MAX;
    const auto missed = [&](std::size_t copy) {
        return now.misses[copy] - (copy < before.misses.size() ? before.misses[copy] : 0);
    };
    for (std::size_t copy = 0; copy < now.misses.size(); ++copy)
        bound = std::min(bound, missed(copy));
    if (now.misses.empty())
        return 0;
    if (!exact || now.misses.size() == 1)
        return bound;
    const auto lost = static_cast<std::int64_t>(missed(0)) - (now.rescued - before.rescued);
    return std::min(bound, static_cast<std::uint64_t>(std::max<std::int64_t>(lost, 0)));
}

} // namespace unfreed::bpf
