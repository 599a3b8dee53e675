// SPDX-License-Identifier: BSD-2-Clause
#include "live/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace unfreed::live {
namespace {

constexpr std::array kBlocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

const char* block(std::uint64_t value, std::uint64_t highest) {
    if (value == 0)
        return kBlocks[0];
    const double part = static_cast<double>(value) / static_cast<double>(highest);
    const auto eighths = static_cast<std::size_t>(std::ceil(part * 8));
    return kBlocks[std::clamp<std::size_t>(eighths, 1, 8)];
}

} // namespace

std::string sparkline(std::span<const std::uint64_t> series, std::size_t points,
                      std::size_t width) {
    points = std::max(points, series.size());
    const std::uint64_t highest = series.empty() ? 0 : *std::ranges::max_element(series);
    if (highest == 0)
        return std::string(width, ' ');
    const std::size_t shown = std::min(points, width);
    std::string line(width - shown, ' ');
    for (std::size_t i = 0; i < shown; ++i) {
        const std::size_t last = (i + 1) * points / shown - 1;
        line += block(last < series.size() ? series[last] : 0, highest);
    }
    return line;
}

} // namespace unfreed::live
