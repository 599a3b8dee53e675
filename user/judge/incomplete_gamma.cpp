// SPDX-License-Identifier: BSD-2-Clause
#include "judge/incomplete_gamma.h"

#include <cmath>

namespace unfreed {
namespace {

constexpr double kTiny = 1e-300;
constexpr double kPrecision = 1e-14;
// Both take some multiple of the square root of a, where x is near it.
constexpr int kMaxTurns = 1'000'000;

// Abramowitz and Stegun 6.5.29: converges fast below the mean.
double series(double a, double x) {
    double term = 1 / a;
    double sum = term;
    for (int n = 1; n < kMaxTurns && term > sum * kPrecision; ++n) {
        term *= x / (a + n);
        sum += term;
    }
    return sum;
}

// The continued fraction of 1 - P(a, x) (6.5.31) by Lentz's method: above the mean.
double fraction(double a, double x) {
    double b = x + 1 - a;
    double c = 1 / kTiny;
    double d = 1 / b;
    double value = d;
    for (int n = 1; n < kMaxTurns; ++n) {
        const double factor = n * (a - n);
        b += 2;
        d = factor * d + b;
        d = 1 / (std::fabs(d) < kTiny ? kTiny : d);
        c = b + factor / c;
        c = std::fabs(c) < kTiny ? kTiny : c;
        value *= d * c;
        if (std::fabs(d * c - 1) < kPrecision)
            break;
    }
    return value;
}

} // namespace

double incomplete_gamma(double a, double x) {
    if (x <= 0)
        return 0;
    const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
    return x < a + 1 ? front * series(a, x) : 1 - front * fraction(a, x);
}

double inverse_incomplete_gamma(double a, double p) {
    double high = a + 1;
    while (incomplete_gamma(a, high) < p)
        high *= 2;
    double low = 0;
    constexpr int kBisections = 100;
    for (int i = 0; i < kBisections; ++i) {
        const double middle = (low + high) / 2;
        (incomplete_gamma(a, middle) < p ? low : high) = middle;
    }
    return high;
}

} // namespace unfreed
