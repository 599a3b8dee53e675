// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/verdict_sentence.h"

#include "judge/incomplete_gamma.h"

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <string_view>

namespace unfreed {
namespace {

constexpr double kSure = 0.95;

// "10 300"
std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3;)
        digits.insert(at -= 3, " ");
    return digits;
}

// Three digits that count.
std::string rounded(double number) {
    if (number < 1)
        return fmt::format("{:.2f}", number);
    const double unit = std::pow(10, std::max(0.0, std::floor(std::log10(number)) - 2));
    return grouped(static_cast<std::uint64_t>(std::llround(number / unit) * std::llround(unit)));
}

std::string time_text(double seconds) {
    constexpr double kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
    if (seconds < 10)
        return fmt::format("{:.1f} s", seconds);
    if (seconds < 2 * kMinute)
        return fmt::format("{:.0f} s", seconds);
    if (seconds < 2 * kHour)
        return fmt::format("{:.0f} min", seconds / kMinute);
    if (seconds < 2 * kDay)
        return fmt::format("{:.0f} h", seconds / kHour);
    return fmt::format("{} days", rounded(seconds / kDay));
}

std::string bytes_text(double bytes) {
    constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    for (; bytes >= 1000 && unit + 1 < kUnits.size(); ++unit)
        bytes /= 1024;
    return fmt::format("{:.{}f} {}", bytes, unit && bytes < 10 ? 1 : 0, kUnits[unit]);
}

std::string lives_text(const GateFacts& gates, std::uint32_t one_in) {
    // Of so many deaths in such a time, the highest rate that is not out of the question.
    const double most_deaths = inverse_incomplete_gamma(static_cast<double>(gates.died) + 1, kSure);
    return fmt::format("{}{} older than {}, {} died in {} object-seconds: they live {} or more "
                       "(95 %).",
                       grouped(gates.survivors), one_in > 1 ? " of those followed are" : "",
                       time_text(static_cast<double>(gates.age_ns) / 1e9),
                       gates.died ? grouped(gates.died) : "none", rounded(gates.exposure_s),
                       time_text(gates.exposure_s / most_deaths));
}

std::string births_text(const GateFacts& gates) {
    const double late =
        static_cast<double>(gates.last_third) / static_cast<double>(gates.survivors);
    const bool in_bursts = gates.steady && gates.cells_met * 4 < gates.cells * 3;
    const std::string from =
        in_bursts ? fmt::format("at {} separate moments", gates.moments)
                  : fmt::format("from {} of {} parts of the trace", gates.cells_met, gates.cells);
    return fmt::format(" They come {}, the last third brought {:.0f} %.", from, late * 100);
}

} // namespace

std::string verdict_sentence(const VerdictFacts& facts, std::uint32_t one_in) {
    const GateFacts& gates = *facts.gates;
    std::string text = lives_text(gates, one_in) + births_text(gates);
    if (gates.older_gone)
        text += fmt::format(" {} older one{} went.", grouped(gates.older_gone),
                            gates.older_gone == 1 ? "" : "s");
    const std::string rate = facts.bytes_per_hour ? bytes_text(*facts.bytes_per_hour)
                                                  : rounded(facts.objects_per_hour) + " objects";
    return text + " At this rate " + rate + " an hour.";
}

} // namespace unfreed
