// SPDX-License-Identifier: BSD-2-Clause
// Every loss the tool can suffer, counted.
#pragma once

#include "model/report.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace unfreed {

// The names are in model/counter.h, which only who writes or asks one includes: a new counter
// compiles little.
enum class Counter : std::uint8_t;

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
    static constexpr std::size_t kMost = 128; // counters.cpp: there are not more
    static std::size_t index(Counter counter) { return static_cast<std::size_t>(counter); }
    std::array<std::uint64_t, kMost> values_{};
};

} // namespace unfreed
