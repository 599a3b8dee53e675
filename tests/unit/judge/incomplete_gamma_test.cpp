// SPDX-License-Identifier: BSD-2-Clause
#include "judge/incomplete_gamma.h"

#include <gtest/gtest.h>

#include <cmath>

namespace unfreed::test {
namespace {

TEST(IncompleteGamma, IsTheErrorFunctionForAHalf) {
    for (const double x : {1e-6, 0.01, 0.5, 1.0, 1.5, 4.0, 20.0})
        EXPECT_NEAR(incomplete_gamma(0.5, x), std::erf(std::sqrt(x)), 1e-13) << x;
}

TEST(IncompleteGamma, CountsPoissonEventsForWholeShapes) {
    // The n-th event comes before x if at least n come until then.
    for (const int n : {1, 2, 7, 40})
        for (const double x : {0.1, 1.0, 7.0, 39.0, 60.0}) {
            double fewer = 0, term = std::exp(-x);
            for (int k = 0; k < n; ++k) {
                fewer += term;
                term *= x / (k + 1);
            }
            EXPECT_NEAR(incomplete_gamma(n, x), 1 - fewer, 1e-12) << n << ' ' << x;
        }
}

TEST(IncompleteGamma, HoldsAtItsEnds) {
    EXPECT_EQ(incomplete_gamma(3, 0), 0);
    EXPECT_EQ(incomplete_gamma(3, -1), 0);
    EXPECT_NEAR(incomplete_gamma(0.5, 1e9), 1, 1e-15);
    // Ten million deaths: the normal distribution, and no eternity.
    EXPECT_NEAR(incomplete_gamma(1e7, 1e7), 0.5, 1e-4);
    EXPECT_LT(incomplete_gamma(1e7, 5e6), 1e-12);
}

TEST(IncompleteGamma, TheInverseLeadsBack) {
    for (const double a : {0.5, 1.0, 12.5, 1000.0})
        for (const double p : {0.05, 0.5, 0.95})
            EXPECT_NEAR(incomplete_gamma(a, inverse_incomplete_gamma(a, p)), p, 1e-10) << a;
    EXPECT_NEAR(inverse_incomplete_gamma(1, 0.95), -std::log(0.05), 1e-9); // "3 / E"
}

} // namespace
} // namespace unfreed::test
