// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>

namespace unfreed {

// A number of objects that stayed, and what it was counted from.
struct Stayed {
    std::uint64_t objects = 0;
    double exposure = 1;      // time in which they could come; or 1, if that does not matter
    std::uint32_t one_in = 1; // one in so many was followed, and `objects` is that times so many
};

// Are there more than before, beyond chance? docs/ci.md has the rule. `among`: of how many
// such comparisons this is one; with more of them each needs more.
bool has_grown(const Stayed& before, const Stayed& after, std::size_t among);

} // namespace unfreed
