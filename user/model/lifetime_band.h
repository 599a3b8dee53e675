// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

namespace unfreed {

// Of objects born in the trace: those that became older than the band before ends, and no older
// than this one does.
struct LifetimeBand {
    std::uint64_t up_to_ns = 0;
    std::uint64_t died = 0;
    std::uint64_t alive = 0; // or freed by nothing but the exit of their process
    friend bool operator==(const LifetimeBand&, const LifetimeBand&) = default;
};

} // namespace unfreed
