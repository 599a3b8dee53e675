// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/growth.h"

#include <cmath>

namespace unfreed {
namespace {

constexpr std::size_t kMinPoints = 3;
constexpr std::uint64_t kMinSpanNs = 2'000'000'000;
constexpr double kNsPerSecond = 1e9;

} // namespace

std::vector<CountPoint> count_series(const Snapshot& snapshot, std::span<const OriginId> origins,
                                     std::uint64_t until_ns) {
    std::vector<CountPoint> points;
    for (std::uint64_t time_ns : snapshot.history.times_ns)
        if (time_ns <= until_ns)
            points.push_back({time_ns, 0});
    for (OriginId origin : origins) {
        const auto series = snapshot.history.outstanding.find(origin);
        if (series == snapshot.history.outstanding.end())
            continue;
        for (std::size_t i = 0; i < std::min(points.size(), series->second.size()); ++i)
            points[i].count += series->second[i];
    }
    const bool has_now = !points.empty() && points.back().time_ns >= snapshot.taken_at_ns;
    if (!has_now && snapshot.taken_at_ns <= until_ns) {
        CountPoint now{snapshot.taken_at_ns, 0};
        for (OriginId origin : origins)
            if (const auto counts = snapshot.counts.find(origin); counts != snapshot.counts.end())
                now.count += static_cast<double>(outstanding_of(counts->second) * snapshot.one_in);
        points.push_back(now);
    }
    return points;
}

std::optional<double> slope_per_s(std::span<const CountPoint> points) {
    if (points.size() < kMinPoints || points.back().time_ns - points.front().time_ns < kMinSpanNs)
        return std::nullopt;
    // Times relative to the first point: nanoseconds since boot would eat the digits of a double.
    const auto seconds = [&](const CountPoint& point) {
        return static_cast<double>(point.time_ns - points.front().time_ns) / kNsPerSecond;
    };
    const auto n = static_cast<double>(points.size());
    double mean_time = 0;
    double mean_count = 0;
    for (const CountPoint& point : points) {
        mean_time += seconds(point) / n;
        mean_count += point.count / n;
    }
    double covariance = 0;
    double variance = 0;
    for (const CountPoint& point : points) {
        covariance += (seconds(point) - mean_time) * (point.count - mean_count);
        variance += (seconds(point) - mean_time) * (seconds(point) - mean_time);
    }
    const double slope = covariance / variance;
    constexpr double kRoundingError = 1e-12;
    return std::abs(slope) < kRoundingError ? 0.0 : slope;
}

} // namespace unfreed
