// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/snapshot.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace unfreed {

// Chooses where stacks are walked at every birth. A walk costs far more than all else that is done
// for an object, so walks are spent where objects survive: there a wrong stack would accuse the
// wrong code. Origins with survivors are taken from the slowest to the fastest until the budget is
// spent. What is left out keeps the stack of its first birth, and a sample is compared with it.
class StackPolicy {
  public:
    // A walk of both stacks takes about 2.5 us: 10 000 a second are 2.5 % of a core.
    static constexpr double kWalksPerSecond = 10'000;

    explicit StackPolicy(double walks_per_s = kWalksPerSecond) : walks_per_s_(walks_per_s) {}

    struct Change {
        std::vector<OriginId> walk;  // from now on, at every birth
        std::vector<OriginId> spare; // no longer
    };
    // `table`: all origins, and those objects that are old enough to be called survivors.
    Change decide(const TableSnapshot& table);

  private:
    double walks_per_s_;
    std::uint64_t last_ns_ = 0;
    std::unordered_map<OriginId, std::uint64_t> births_; // a key's, all its stacks, at last_ns_
};

} // namespace unfreed
