// SPDX-License-Identifier: BSD-2-Clause
// How many events of a hook no copy of its program got, from what the kernel counted for each copy
// and what the spare copies counted themselves.
#pragma once

#include <cstdint>
#include <vector>

namespace unfreed::bpf {

struct SkippedEvents {
    std::vector<std::uint64_t> misses; // of each copy, copy 0 first
    std::int64_t rescued = 0;          // that copy 0 missed and another copy got (lib/mark.h)
};

// How many were lost between two readings. `exact`: tasks do not preempt one another inside of the
// programs. Otherwise at most so many: `rescued` leaves out events of tasks then, and as a lost
// event was missed by every copy, the one that missed least is a bound, too. With `now.rescued`
// read before `now.misses`, no event under way makes the result too small.
std::uint64_t lost_events(const SkippedEvents& before, const SkippedEvents& now, bool exact);

} // namespace unfreed::bpf
