// SPDX-License-Identifier: BSD-2-Clause
#include "random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace unfreed::verdicts {

std::uint64_t Random::next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

double Random::uniform() {
    return static_cast<double>(next() >> 11) * 0x1p-53;
}

int Random::integer(int low, int high) {
    return low + static_cast<int>(uniform() * (high - low + 1));
}

double Random::exponential(double mean) {
    return -mean * std::log1p(-uniform());
}

double Random::normal(double mean, double deviation) {
    const double radius = std::sqrt(-2 * std::log1p(-uniform()));
    return mean + deviation * radius * std::cos(2 * std::numbers::pi * uniform());
}

double Random::log_normal(double median, double sigma) {
    return median * std::exp(normal(0, sigma));
}

double Random::pareto(double least, double alpha) {
    return least * std::pow(1 - uniform(), -1 / alpha);
}

int Random::poisson(double mean) {
    constexpr double kManyAsNormal = 50;
    if (mean > kManyAsNormal)
        return std::max(0, static_cast<int>(std::lround(normal(mean, std::sqrt(mean)))));
    int count = 0;
    for (double product = uniform(); product > std::exp(-mean); product *= uniform())
        ++count;
    return count;
}

} // namespace unfreed::verdicts
