// SPDX-License-Identifier: BSD-2-Clause
// Options for the analyzer's tests: a trace that began a minute before the snapshot.
#pragma once

#include "analyze/leak_analyzer.h"
#include "support/snapshot_builder.h"

namespace unfreed::test {

inline constexpr std::uint64_t kNow = 100 * kSecond;

inline AnalyzeOptions host(std::uint64_t min_age_ns = 10 * kSecond) {
    AnalyzeOptions options;
    options.min_age_ns = min_age_ns;
    options.trace_started_ns = kNow - 60 * kSecond;
    return options;
}
inline AnalyzeOptions run_mode(std::uint64_t min_age_ns = 10 * kSecond) {
    AnalyzeOptions options = host(min_age_ns);
    options.mode = TraceMode::run;
    return options;
}

} // namespace unfreed::test
