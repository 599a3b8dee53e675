// SPDX-License-Identifier: BSD-2-Clause
#pragma once

namespace unfreed {

// The regularized incomplete gamma function P(a, x), for positive a: the chance that a number drawn
// from the gamma distribution of shape a and rate 1 is at most x.
double incomplete_gamma(double a, double x);

// The x for which incomplete_gamma(a, x) is p, 0 < p < 1.
double inverse_incomplete_gamma(double a, double p);

} // namespace unfreed
