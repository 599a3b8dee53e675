// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/skipped_events.h"

#include <algorithm>

namespace unfreed::bpf {

std::uint64_t lost_events(const SkippedEvents& before, const SkippedEvents& now, bool exact) {
    if (now.misses.empty())
        return 0;
    const auto missed = [&](std::size_t copy) {
        return static_cast<std::int64_t>(now.misses[copy] -
                                         (copy < before.misses.size() ? before.misses[copy] : 0));
    };
    std::int64_t lost = missed(0) - (now.rescued - before.rescued);
    for (std::size_t copy = 0; copy < now.misses.size() && !exact; ++copy)
        lost = std::min(lost, missed(copy));
    return static_cast<std::uint64_t>(std::max<std::int64_t>(lost, 0));
}

} // namespace unfreed::bpf
