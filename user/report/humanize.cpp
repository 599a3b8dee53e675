// SPDX-License-Identifier: BSD-2-Clause
#include "report/humanize.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace unfreed {
namespace {

constexpr std::uint64_t kMicrosecond = 1000;
constexpr std::uint64_t kMillisecond = 1000 * kMicrosecond;
constexpr std::uint64_t kSecond = 1000 * kMillisecond;

// One decimal below ten, as "3.2", none above. Decides by what will be shown: 9.97 is "10".
std::string short_number(double value) {
    return value < 9.95 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
}

} // namespace

std::string human_count(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, 1, ' ');
    }
    return digits;
}

std::string human_delta(std::int64_t delta) {
    if (delta == 0)
        return "0";
    const auto bits = static_cast<std::uint64_t>(delta);
    return (delta > 0 ? "+" : "-") + human_count(delta > 0 ? bits : 0 - bits);
}

std::string human_count(std::uint64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", human_count(count), count == 1 ? one : many);
}

std::string human_bytes(std::optional<std::uint64_t> bytes) {
    if (!bytes)
        return std::string(kUnknown);
    if (*bytes < 1024)
        return fmt::format("{} B", *bytes);
    constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = static_cast<double>(*bytes) / 1024;
    std::size_t unit = 0;
    for (; value >= 1023.5 && unit + 1 < kUnits.size(); ++unit)
        value /= 1024;
    return fmt::format("{} {}", short_number(value), kUnits[unit]);
}

std::string human_duration(std::uint64_t ns) {
    if (ns < kMicrosecond)
        return fmt::format("{} ns", ns);
    if (ns < kMillisecond)
        return fmt::format("{} us", ns / kMicrosecond);
    if (ns < kSecond)
        return fmt::format("{} ms", ns / kMillisecond);
    // Cut, not rounded: an age of 9.99 s is not 10 s yet.
    const std::uint64_t tenths = ns % kSecond / (100 * kMillisecond);
    if (ns < 10 * kSecond && tenths != 0)
        return fmt::format("{}.{} s", ns / kSecond, tenths);
    const std::uint64_t seconds = ns / kSecond;
    if (seconds < 60)
        return fmt::format("{} s", seconds);
    const std::uint64_t minutes = seconds / 60;
    if (minutes < 60)
        return fmt::format("{}m {:02}s", minutes, seconds % 60);
    const std::uint64_t hours = minutes / 60;
    if (hours < 24)
        return fmt::format("{}h {:02}m", hours, minutes % 60);
    return fmt::format("{}d {:02}h", hours / 24, hours % 24);
}

std::string human_rate(std::optional<double> per_second) {
    if (!per_second || !std::isfinite(*per_second))
        return std::string(kUnknown);
    struct Unit {
        double seconds;
        const char* name;
    };
    constexpr std::array kUnits{Unit{1, "s"}, Unit{60, "min"}, Unit{3600, "h"}, Unit{86400, "day"}};
    const double size = std::fabs(*per_second);
    if (size * kUnits.back().seconds < 0.05)
        return "0/s";
    std::size_t unit = 0;
    while (unit + 1 < kUnits.size() && size * kUnits[unit].seconds < 0.995)
        ++unit;
    const double value = size * kUnits[unit].seconds;
    const std::string number = value < 99.95 ? fmt::format("{:.1f}", value)
                               : value < 1e18
                                   ? human_count(static_cast<std::uint64_t>(std::llround(value)))
                                   : fmt::format("{:.3g}", value);
    return fmt::format("{}{}/{}", *per_second < 0 ? "-" : "+", number, kUnits[unit].name);
}

std::string human_ratio(std::optional<double> ratio) {
    if (!ratio || !std::isfinite(*ratio))
        return std::string(kUnknown);
    return fmt::format("{:.2f} %", *ratio * 100);
}

} // namespace unfreed
