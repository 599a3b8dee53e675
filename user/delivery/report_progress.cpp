// SPDX-License-Identifier: BSD-2-Clause
#include "delivery/report_progress.h"

#include "base/clock.h"
#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace unfreed {
namespace {

constexpr std::uint64_t kLongNs = 2'000'000'000;

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array kSteps{Pair{"take", "copying the tables"},
                            Pair{"read", "reading every object"},
                            Pair{"relate", "reading what belongs to them"},
                            Pair{"doubt", "asking again about what looks bad"},
                            Pair{"name", "naming functions and processes"},
                            Pair{"judge", "judging"},
                            Pair{"close up", "reading the details of rows"}};

} // namespace

std::string step_phrase(std::string_view step, std::size_t number) {
    const auto found = std::find_if(kSteps.begin(), kSteps.end(),
                                    [step](const Pair& pair) { return pair.first == step; });
    return fmt::format("{} ({} of {})", found == kSteps.end() ? step : found->second, number,
                       kSteps.size());
}

void ReportProgress::begins() {
    begun_ns_ = monotonic_ns();
}

void ReportProgress::goes_on(const std::string& what) const {
    if (monotonic_ns() - begun_ns_ >= kLongNs && ::isatty(STDERR_FILENO) == 1)
        log::info("making the report: " + what);
}

} // namespace unfreed
