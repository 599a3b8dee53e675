// SPDX-License-Identifier: BSD-2-Clause
// Kinds of origins whose truth is known. Time is in windows: the trace is from 0 to 1, what was
// born before 0 is older than it.
#pragma once

#include "random.h"

#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace unfreed::verdicts {

inline constexpr double kNever = std::numeric_limits<double>::infinity();

struct Life {
    double birth = 0;
    double death = kNever;
};
using Lifes = std::vector<Life>;

struct Kind {
    std::string_view name;
    std::string_view what;
    Lifes (*make)(Random& random);
};

std::span<const Kind> healthy_kinds();
std::span<const Kind> leaky_kinds();
// No count can tell: no end of a cycle was seen, or a leak has ended.
std::span<const Kind> undecidable_kinds();

// Parts that several kinds are made of.
std::vector<double> arrivals(Random& random, double rate, double from, double to);
template <class Rate> // a function of time, at most `most`
std::vector<double> arrivals(Random& random, Rate rate, double most, double from, double to) {
    std::vector<double> times;
    for (double t = from + random.exponential(1 / most); t < to; t += random.exponential(1 / most))
        if (random.uniform() * most < rate(t))
            times.push_back(t);
    return times;
}
Lifes short_lived(Random& random);
// Everything is dropped at the end of each period.
Lifes saw(Random& random, double least_period, double most_period);
Lifes batch(Random& random);
Lifes daily(Random& random);
Lifes ramp(Random& random);
// A keyed cache that replaces when it is full; how full it was after which part of the window.
Lifes lru(Random& random, double least_fill, double most_fill);

} // namespace unfreed::verdicts
