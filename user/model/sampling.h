// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/sample.h"

#include <cstdint>

namespace unfreed {

// Which objects a trace follows: one in so many, chosen by the hash of their address.
struct Sampling {
    // Above this a sample says too little; what does not fit then is counted as lost.
    static constexpr std::uint32_t kMaxOneIn = 65'536;
    // Above this part of the object table the sets an object may go to begin to be full all at once
    // (abi/limits.h: UF_OTHER_SETS), and the sample is halved.
    static constexpr std::uint32_t kFillPercent = 70;

    std::uint32_t one_in = 1;
    std::uint64_t seed = 0;

    std::uint32_t threshold() const {
        return one_in <= 1 ? UF_SAMPLE_ALL
                           : static_cast<std::uint32_t>((std::uint64_t{1} << 32) / one_in - 1);
    }
    bool follows(std::uint64_t address) const {
        return one_in <= 1 || uf_sample_hash(address, seed) <= threshold();
    }
};

} // namespace unfreed
