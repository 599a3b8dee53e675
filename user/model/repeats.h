// SPDX-License-Identifier: BSD-2-Clause
// `run --repeat`: one command, run many times in one trace. What leaks grows each time; what is
// made once, or now and then, does not.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace unfreed {

// Runs of a command in one trace, those to warm up too.
inline constexpr std::uint32_t kMostRuns = 1000;

// What was run. An object belongs to the run in which it was born.
struct RepeatFacts {
    std::uint32_t asked = 0;              // --repeat; 0: it was not asked for
    std::uint32_t warmup = 0;             // --warmup: runs before these, which do not count
    std::vector<std::uint64_t> starts_ns; // CLOCK_MONOTONIC, of each run that was begun
    std::uint32_t ended = 0;              // runs that came to their own end, those to warm up too
    std::uint32_t failed = 0;             // of these, such as ended with another status than 0

    // Runs that count.
    std::uint32_t counted() const { return ended > warmup ? ended - warmup : 0; }
    // The run of an object that was born then, from 0 on; what came before the first is of the
    // first. There must be one.
    std::size_t run_at(std::uint64_t birth_ns) const;
};

// By how much a group grew in each run that counts; empty: nothing was repeated.
using Growths = std::vector<std::uint64_t>;

std::size_t grew_in(std::span<const std::uint64_t> growths);
// In so many of the repeats that it is no accident: four of five.
bool grows_with_repeats(std::span<const std::uint64_t> growths);
// "grew by 2 in 17 of 17 repeats", "grew by 1 to 3 in 15 of 17 repeats"
std::string repeats_phrase(std::span<const std::uint64_t> growths);

} // namespace unfreed
