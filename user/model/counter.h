// SPDX-License-Identifier: BSD-2-Clause
// The counters of bpf/abi/counters.def by name.
#pragma once

#include <cstdint>

namespace unfreed {

// Kernel counters first, in the order of enum uf_counter.
enum class Counter : std::uint8_t {
#define UF_COUNTER(id, name, severity, sentence) id,
#include "abi/counters.def"
#undef UF_COUNTER
    count_,
};

} // namespace unfreed
