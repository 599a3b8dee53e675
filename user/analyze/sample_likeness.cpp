// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/sample_likeness.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace unfreed {
namespace {

constexpr std::uint64_t kLeastFollowed = 6;
// Of two shares of one whole: one in a hundred differs by more.
constexpr double kDeviations = 2.58;
// Between the first of a sample and the first of all lie, in the mean, as many nanoseconds as
// between two of the sample; with e^-5 five times as many.
constexpr double kSpacings = 5;
// Times of birth are a tick early at most (docs/architecture.md).
constexpr double kTickNs = 20'000'000;

double as_double(std::uint64_t number) {
    return static_cast<double>(number);
}

// Mean time between two births, of those that are followed.
double spacing_ns(const AnalyzedGroup& group) {
    return as_double(group.age_ns->max - group.age_ns->min) / as_double(group.followed - 1);
}

// If an act makes one and k, each of the n + m that are followed is of the k with the chance
// k / (1 + k).
bool numbers_fit(std::uint64_t n, std::uint64_t m) {
    const double multiple = std::max(std::round(as_double(m) / as_double(n)), 1.0);
    const double all = as_double(n + m);
    const double share = multiple / (1 + multiple);
    return std::abs(as_double(m) - all * share) <=
           kDeviations * std::sqrt(all * share * (1 - share));
}

bool near(std::uint64_t one, std::uint64_t other, double room_ns) {
    return std::abs(as_double(one) - as_double(other)) <= kTickNs + room_ns;
}

bool times_fit(const AnalyzedGroup& one, const AnalyzedGroup& other) {
    const double spacing = std::max(spacing_ns(one), spacing_ns(other));
    const Ages& a = *one.age_ns;
    const Ages& b = *other.age_ns;
    // The middle of n that come evenly is uncertain by half of sqrt(n) spacings, and there are two.
    const double middle =
        kDeviations * spacing * std::sqrt(as_double(std::min(one.followed, other.followed)) / 2);
    return near(a.min, b.min, kSpacings * spacing) && near(a.max, b.max, kSpacings * spacing) &&
           near(a.p50, b.p50, middle);
}

} // namespace

bool alike_in_sample(const AnalyzedGroup& group, const AnalyzedGroup& principal) {
    return std::min(group.followed, principal.followed) >= kLeastFollowed && group.age_ns &&
           principal.age_ns && numbers_fit(principal.followed, group.followed) &&
           times_fit(group, principal);
}

} // namespace unfreed
