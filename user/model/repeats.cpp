// SPDX-License-Identifier: BSD-2-Clause
#include "model/repeats.h"

#include <fmt/format.h>

#include <algorithm>

namespace unfreed {

std::size_t RepeatFacts::run_at(std::uint64_t birth_ns) const {
    const auto later = std::upper_bound(starts_ns.begin(), starts_ns.end(), birth_ns);
    return later == starts_ns.begin() ? 0 : static_cast<std::size_t>(later - starts_ns.begin()) - 1;
}

std::size_t grew_in(std::span<const std::uint64_t> growths) {
    return growths.size() -
           static_cast<std::size_t>(std::count(growths.begin(), growths.end(), std::uint64_t{0}));
}

bool grows_with_repeats(std::span<const std::uint64_t> growths) {
    return !growths.empty() && grew_in(growths) * 5 >= growths.size() * 4;
}

std::string repeats_phrase(std::span<const std::uint64_t> growths) {
    std::vector<std::uint64_t> grew(growths.begin(), growths.end());
    std::erase(grew, std::uint64_t{0});
    const std::string in = fmt::format("in {} of {} repeat{}", grew.size(), growths.size(),
                                       growths.size() == 1 ? "" : "s");
    if (grew.empty())
        return "grew " + in;
    const auto [least, most] = std::minmax_element(grew.begin(), grew.end());
    return *least == *most ? fmt::format("grew by {} {}", *least, in)
                           : fmt::format("grew by {} to {} {}", *least, *most, in);
}

} // namespace unfreed
