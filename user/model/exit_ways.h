// SPDX-License-Identifier: BSD-2-Clause
// What freed the objects that a process left to its exit.
#pragma once

#include <cstdint>

namespace unfreed {

// Objects that were alive when the exit of their process began, by what else than that process
// freed them afterwards. They are among those released at exit; `unknown` are not: it cannot be
// told whether somebody had given them back before.
struct ExitWays {
    std::uint64_t by_rcu = 0;
    std::uint64_t by_worker = 0;
    std::uint64_t by_parent = 0;
    std::uint64_t unknown = 0;
    friend bool operator==(const ExitWays&, const ExitWays&) = default;

    ExitWays& add(const ExitWays& other, std::uint64_t times = 1) {
        by_rcu += other.by_rcu * times;
        by_worker += other.by_worker * times;
        by_parent += other.by_parent * times;
        unknown += other.unknown * times;
        return *this;
    }
};

} // namespace unfreed
