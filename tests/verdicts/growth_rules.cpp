// SPDX-License-Identifier: BSD-2-Clause
#include "growth_rules.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numbers>
#include <numeric>

namespace unfreed::verdicts {
namespace {

constexpr std::size_t kPoints = 128;
constexpr double kOld = 0.1; // of the window

struct Line {
    double slope = 0, r2 = 0;
};

Line line_through(const std::vector<double>& values) {
    const auto n = static_cast<double>(values.size());
    const double mean_x = (n - 1) / 2;
    const double mean_y = std::accumulate(values.begin(), values.end(), 0.0) / n;
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double x = static_cast<double>(i) - mean_x, y = values[i] - mean_y;
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    return {xy / xx, yy > 0 ? xy * xy / (xx * yy) : 0};
}

std::vector<double> every_second(const std::vector<double>& values) {
    std::vector<double> kept;
    for (std::size_t i = 0; i < values.size(); i += 2)
        kept.push_back(values[i]);
    return kept;
}

double median_slope(const std::vector<double>& values) {
    std::vector<double> slopes;
    for (std::size_t i = 0; i + 1 < values.size(); i += 2)
        for (std::size_t j = i + 1; j < values.size(); j += 2)
            slopes.push_back((values[j] - values[i]) / static_cast<double>(j - i));
    const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
    std::nth_element(slopes.begin(), middle, slopes.end());
    return *middle;
}

// By how much the variance is larger since the values depend on those before them: from the ranks
// of the series without its trend, significant lags only.
double variance_factor(const std::vector<double>& values) {
    const std::size_t n = values.size();
    const double slope = median_slope(values);
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto residual = [&](std::size_t i) { return values[i] - slope * static_cast<double>(i); };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return residual(a) < residual(b); });
    std::vector<double> rank(n);
    const auto count = static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i)
        rank[order[i]] = static_cast<double>(i) - (count - 1) / 2;
    const double all = std::inner_product(rank.begin(), rank.end(), rank.begin(), 0.0);
    double sum = 0;
    for (std::size_t lag = 1; lag + 1 < n; ++lag) {
        double correlation = 0;
        for (std::size_t i = 0; i + lag < n; ++i)
            correlation += rank[i] * rank[i + lag] / all;
        const double left = count - static_cast<double>(lag);
        if (std::abs(correlation) > 1.96 / std::sqrt(count))
            sum += left * (left - 1) * (left - 2) * correlation;
    }
    const double factor = 1 + 2 * sum / (count * (count - 1) * (count - 2));
    return factor > 0 ? factor : 1;
}

bool trend(const std::vector<double>& values, bool corrected) {
    double rises = 0;
    std::map<double, double> ties;
    for (std::size_t i = 0; i < values.size(); ++i) {
        ties[values[i]] += 1;
        for (std::size_t j = i + 1; j < values.size(); ++j)
            rises += values[j] > values[i] ? 1 : values[j] < values[i] ? -1 : 0;
    }
    const auto term = [](double n) { return n * (n - 1) * (2 * n + 5) / 18; };
    double variance = term(static_cast<double>(values.size()));
    for (const auto& [value, count] : ties)
        variance -= term(count);
    if (variance <= 0 || rises <= 0)
        return false;
    if (corrected)
        variance *= variance_factor(values);
    return std::erfc((rises - 1) / std::sqrt(variance) / std::numbers::sqrt2) / 2 < 0.01;
}

} // namespace

std::vector<double> living(const Lifes& lifes) {
    std::vector<double> change(kPoints + 1);
    // The first point that is not before this moment.
    const auto point = [](double time) {
        return static_cast<std::size_t>(std::ceil(std::min(time, 1.0) * kPoints));
    };
    for (const Life& life : lifes)
        if (life.birth >= 0 && life.birth < 1) {
            change[point(life.birth)] += 1;
            if (life.death <= 1)
                change[point(life.death)] -= 1;
        }
    std::vector<double> counts(kPoints);
    double alive = change[0];
    for (std::size_t i = 0; i < kPoints; ++i)
        counts[i] = alive += change[i + 1];
    return counts;
}

bool old_outstanding(const Lifes& lifes, const std::vector<double>&) {
    return std::any_of(lifes.begin(), lifes.end(), [](const Life& life) {
        return life.birth >= 0 && life.birth < 1 - kOld && life.death > 1;
    });
}

bool slope_rises(const Lifes&, const std::vector<double>& living) {
    return line_through(living).slope > 0;
}

bool line_fits(const Lifes&, const std::vector<double>& living) {
    const Line line = line_through(living);
    return line.slope > 0 && line.r2 > 0.9;
}

bool mann_kendall(const Lifes&, const std::vector<double>& living) {
    return trend(every_second(living), false);
}

bool hamed_rao(const Lifes&, const std::vector<double>& living) {
    return trend(every_second(living), true);
}

bool four_rises(const Lifes&, const std::vector<double>& living) {
    const auto look = [&](std::size_t i) { return living[i * kPoints / 8 + kPoints / 8 - 1]; };
    for (std::size_t i = 4; i < 8; ++i)
        if (look(i) <= look(i - 1))
            return false;
    return true;
}

} // namespace unfreed::verdicts
