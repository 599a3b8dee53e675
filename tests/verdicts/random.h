// SPDX-License-Identifier: BSD-2-Clause
// Random numbers that are the same with every compiler and library.
#pragma once

#include <cstdint>

namespace unfreed::verdicts {

class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    double uniform(); // 0 <= x < 1
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    int integer(int low, int high); // both included
    bool chance(double p) { return uniform() < p; }
    double exponential(double mean);
    double normal(double mean, double deviation);
    double log_normal(double median, double sigma);
    double pareto(double least, double alpha);
    int poisson(double mean);

  private:
    std::uint64_t next(); // splitmix64 (Steele, Lea, Flood, 2014)
    std::uint64_t state_;
};

} // namespace unfreed::verdicts
