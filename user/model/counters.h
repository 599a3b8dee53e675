// SPDX-License-Identifier: BSD-2-Clause
// The counters of bpf/abi/counters.def as C++ values: every loss the tool can suffer.
#pragma once

#include "model/report.h"

#include <array>
#include <cstdint>
#include <vector>

namespace unfreed {

// Kernel counters first, in the order of enum uf_counter.
enum class Counter : std::uint8_t {
#define UF_COUNTER(id, name, severity, sentence) id,
#include "abi/counters.def"
#undef UF_COUNTER
    count_,
};

// Values of all counters, one slot each.
class Counters {
  public:
    std::uint64_t get(Counter counter) const { return values_[index(counter)]; }
    void set(Counter counter, std::uint64_t value) { values_[index(counter)] = value; }
    void add(Counter counter, std::uint64_t value = 1) { values_[index(counter)] += value; }

    // One entry per counter, zero ones too, in the order of the table.
    std::vector<Loss> to_losses() const;
    // False when a counter that can change an answer is not zero.
    bool complete() const;

  private:
    static std::size_t index(Counter counter) { return static_cast<std::size_t>(counter); }
    std::array<std::uint64_t, static_cast<std::size_t>(Counter::count_)> values_{};
};

} // namespace unfreed
