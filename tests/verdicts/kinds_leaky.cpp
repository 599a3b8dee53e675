// SPDX-License-Identifier: BSD-2-Clause
#include "kinds.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace unfreed::verdicts {
namespace {

Lifes stay(const std::vector<double>& births) {
    Lifes lifes;
    for (double birth : births)
        lifes.push_back({birth, kNever});
    return lifes;
}

// Of what would be healthy, a part is never freed.
Lifes with_leak(Random& random, Lifes lifes, double part) {
    for (Life& life : lifes)
        if (random.chance(part))
            life.death = kNever;
    return lifes;
}

Lifes pure(Random& random) {
    return stay(arrivals(random, random.uniform(20, 600), -0.5, 1));
}

Lifes slow(Random& random) {
    return stay(arrivals(random, random.uniform(18, 40), -0.5, 1));
}

Lifes part_of_requests(Random& random) {
    const double part = std::pow(10, random.uniform(-2.5, -0.7));
    const double rate = std::min(4000.0, random.uniform(25, 60) / part);
    const double mean = random.uniform(0.02, 0.05);
    Lifes lifes;
    for (double t : arrivals(random, rate, -0.5, 1))
        lifes.push_back({t, t + random.exponential(mean)});
    return with_leak(random, std::move(lifes), part);
}

Lifes part_of_heavy_tail(Random& random) {
    const double part = random.uniform(0.03, 0.2);
    Lifes lifes;
    for (double t : arrivals(random, random.uniform(30, 80) / part, -2, 1))
        lifes.push_back({t, t + random.log_normal(0.01, 1.5)});
    return with_leak(random, std::move(lifes), part);
}

Lifes part_of_long_lived(Random& random) {
    const double mean = random.uniform(0.1, 0.5), part = random.uniform(0.3, 0.7);
    Lifes lifes;
    for (double t : arrivals(random, random.uniform(80, 300), -3, 1))
        lifes.push_back({t, t + random.exponential(mean)});
    return with_leak(random, std::move(lifes), part);
}

Lifes bursts(Random& random) {
    const double period = random.uniform(0.04, 0.1);
    Lifes lifes = short_lived(random);
    for (double t = random.uniform(0, period) - 0.5; t < 1; t += period * random.uniform(0.7, 1.3))
        for (int i = random.integer(3, 20); i > 0; --i)
            lifes.push_back({t + random.uniform(0, 0.01), kNever});
    return lifes;
}

Lifes leaky_saw(Random& random) {
    const double part = random.uniform(0.05, 0.3);
    return with_leak(random, saw(random, 0.03, 0.45), part);
}

Lifes leaky_batch(Random& random) {
    const double part = random.uniform(0.02, 0.2);
    return with_leak(random, batch(random), part);
}

Lifes leaky_daily(Random& random) {
    const double part = random.uniform(0.05, 0.3);
    return with_leak(random, daily(random), part);
}

Lifes leaky_ramp(Random& random) {
    const double part = random.uniform(0.05, 0.3);
    return with_leak(random, ramp(random), part);
}

constexpr std::array kLeaky{
    Kind{"pure", "every object, 20 to 600 a window", pure},
    Kind{"slow", "every object, 18 to 40 a window", slow},
    Kind{"part", "0.3 to 20 % of requests", part_of_requests},
    Kind{"part-heavy-tail", "3 to 20 % of log-normal lifetimes", part_of_heavy_tail},
    Kind{"part-long-lived", "30 to 70 % of sessions of 0.1 to 0.5 windows", part_of_long_lived},
    Kind{"bursts", "in bursts, beside requests", bursts},
    Kind{"leaky-saw", "5 to 30 % are missed when all is dropped", leaky_saw},
    Kind{"leaky-batch", "2 to 20 % of what jobs make", leaky_batch},
    Kind{"leaky-daily", "5 to 30 % under a wave of load", leaky_daily},
    Kind{"leaky-ramp", "5 to 30 % under load that grows", leaky_ramp},
};

Lifes long_saw(Random& random) {
    return saw(random, 1.3, 4);
}

Lifes filling_cache(Random& random) {
    return lru(random, 1.2, 4);
}

Lifes stopped_leak(Random& random) {
    const double end = random.uniform(0.2, 0.6);
    Lifes lifes = stay(arrivals(random, random.uniform(60, 400), 0, end));
    const Lifes requests = short_lived(random);
    lifes.insert(lifes.end(), requests.begin(), requests.end());
    return lifes;
}

constexpr std::array kUndecidable{
    Kind{"long-saw", "all dropped at the end of a period of 1.3 to 4 windows", long_saw},
    Kind{"filling-cache", "cache that is not full before 1.2 to 4 windows", filling_cache},
    Kind{"stopped-leak", "leaked in the first 20 to 60 %, then no more", stopped_leak},
};

} // namespace

std::span<const Kind> leaky_kinds() {
    return kLeaky;
}

std::span<const Kind> undecidable_kinds() {
    return kUndecidable;
}

} // namespace unfreed::verdicts
