// SPDX-License-Identifier: BSD-2-Clause
#pragma once

namespace unfreed {

// The regularized incomplete beta function I_x(a, b), for 0 < x < 1 and positive a and b. The
// chance that of n trials, each a success with chance p, at least k succeed is I_p(k, n - k + 1).
double incomplete_beta(double x, double a, double b);

} // namespace unfreed
