// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/evidence.h"

#include <fmt/core.h>

#include <cmath>

namespace unfreed {
namespace {

constexpr double kMinute = 60;
constexpr double kHour = 60 * kMinute;
constexpr double kDay = 24 * kHour;

std::string per(double value, const char* unit) {
    return fmt::format("{:+.{}f}/{}", value, std::abs(value) < 10 ? 1 : 0, unit);
}

// In the unit that gives a number one can read.
std::string rate_text(double per_s) {
    if (std::abs(per_s) >= 0.1)
        return per(per_s, "s");
    if (std::abs(per_s * kMinute) >= 0.1)
        return per(per_s * kMinute, "min");
    if (std::abs(per_s * kHour) >= 0.1)
        return per(per_s * kHour, "h");
    if (std::abs(per_s * kDay) >= 0.1)
        return per(per_s * kDay, "day");
    return "not growing";
}

} // namespace

std::string duration_text(std::uint64_t duration_ns) {
    const double seconds = static_cast<double>(duration_ns) / 1e9;
    if (seconds < 10)
        return fmt::format("{:.1f} s", seconds);
    if (seconds < 10 * kMinute)
        return fmt::format("{:.0f} s", seconds);
    if (seconds < 10 * kHour)
        return fmt::format("{:.0f} min", seconds / kMinute);
    return fmt::format("{:.1f} h", seconds / kHour);
}

std::string evidence_of(const AnalyzedGroup& group, std::uint64_t exit_released,
                        std::uint64_t observed_ns, bool estimated) {
    std::string text = estimated ? "about " : "";
    if (group.births == 0) {
        text += fmt::format("{} alive, births not counted", group.count);
    } else {
        const std::uint64_t freed = group.deaths > exit_released ? group.deaths - exit_released : 0;
        text += fmt::format("{} born, {} freed", group.births, freed);
        if (observed_ns)
            text += " in " + duration_text(observed_ns);
    }
    if (!group.repeats.empty())
        text += "; " + repeats_phrase(group.repeats);
    else if (group.growth_per_s)
        text += ", " + rate_text(*group.growth_per_s);
    if (group.released_at_exit)
        text += fmt::format("; {} freed only by the exit of the process", group.released_at_exit);
    if (group.outliving)
        text += fmt::format("; {} outlive{} the process", group.outliving,
                            group.outliving == 1 ? "s" : "");
    return text;
}

} // namespace unfreed
