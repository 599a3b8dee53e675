// SPDX-License-Identifier: BSD-2-Clause
// What names one kernel object for ever: addresses are used again, an address and a birth are not.
#pragma once

#include <compare>
#include <cstdint>

namespace unfreed {

struct ObjectKey {
    std::uint64_t address = 0;
    std::uint64_t birth_ns = 0; // CLOCK_MONOTONIC
    friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};

} // namespace unfreed
