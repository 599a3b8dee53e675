// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace unfreed {

// An integer that cannot be mixed with one of another kind. Tag is an empty struct.
template <class Tag, class Rep>
struct StrongId {
    Rep value{};
    friend auto operator<=>(const StrongId&, const StrongId&) = default;
};

} // namespace unfreed

template <class Tag, class Rep>
struct std::hash<unfreed::StrongId<Tag, Rep>> {
    std::size_t operator()(const unfreed::StrongId<Tag, Rep>& id) const noexcept {
        return std::hash<Rep>{}(id.value);
    }
};
