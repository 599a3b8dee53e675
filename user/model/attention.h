// SPDX-License-Identifier: BSD-2-Clause
// Which groups a reader should look at, and what all the others are, in sums.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

enum class Attention : std::uint8_t {
    leaking, // its verdict says so
    suspect, // the same
    look,    // no proof, but a state in which objects should not stay
    none,    // alive, and there is a reason why that is all right
};

// "leaking", "suspect", "look", "none"
std::string_view to_string(Attention attention);

// Objects that need no look, for one reason. Those of all groups add up to Totals::outstanding.
struct AliveSum {
    struct Part {
        std::string what;    // cache, or class
        std::string program; // that made most of them; empty: not known
        std::uint64_t objects = 0;
    };
    std::string reason; // reclaimable, allocators-own, ...: analyze/alive_sums.cpp has the list
    std::uint64_t groups = 0;
    std::uint64_t objects = 0;
    std::optional<std::uint64_t> bytes = 0; // nullopt: a size is unknown
    std::vector<Part> largest;              // the largest few
};

} // namespace unfreed
