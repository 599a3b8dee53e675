// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstdint>

namespace unfreed::live {

// When the next report is due: so long after the last one that all of them together take no more
// than one part in `share` of a core, and not before `least_ns` have gone by.
class Pace {
  public:
    Pace(std::uint64_t least_ns, std::uint64_t share) : least_ns_(least_ns), share_(share) {}

    bool is_due(std::uint64_t now_ns) const { return now_ns >= due_ns_; }
    // One was made, from begun_ns to now_ns, and took so much CPU time.
    void took(std::uint64_t begun_ns, std::uint64_t now_ns, std::uint64_t cpu_ns) {
        due_ns_ = std::max(begun_ns + least_ns_, now_ns + cpu_ns * (share_ - 1));
    }

  private:
    std::uint64_t least_ns_;
    std::uint64_t share_;
    std::uint64_t due_ns_ = 0; // at once
};

} // namespace unfreed::live
