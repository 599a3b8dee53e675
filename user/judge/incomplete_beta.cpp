// SPDX-License-Identifier: BSD-2-Clause
#include "judge/incomplete_beta.h"

#include <cmath>

namespace unfreed {
namespace {

constexpr double kTiny = 1e-300;
constexpr double kPrecision = 1e-14;
// It takes some multiple of the square root of a or b.
constexpr int kMaxTurns = 1'000'000;

double not_zero(double value) {
    return std::fabs(value) < kTiny ? kTiny : value;
}

// The continued fraction of the function (Abramowitz and Stegun 26.5.8) by Lentz's method. It
// converges fast for x < (a + 1) / (a + b + 2).
double fraction(double x, double a, double b) {
    double c = 1;
    double d = 1 / not_zero(1 - (a + b) * x / (a + 1));
    double value = d;
    for (int m = 1; m < kMaxTurns; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / not_zero(1 + even * d);
        c = not_zero(1 + even / c);
        value *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / not_zero(1 + odd * d);
        c = not_zero(1 + odd / c);
        value *= d * c;
        if (std::fabs(d * c - 1) < kPrecision)
            break;
    }
    return value;
}

} // namespace

double incomplete_beta(double x, double a, double b) {
    const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                  a * std::log(x) + b * std::log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * fraction(x, a, b) / a;
    return 1 - front * fraction(1 - x, b, a) / b;
}

} // namespace unfreed
