// SPDX-License-Identifier: BSD-2-Clause
#include "cli/known.h"

#include "base/read_file.h"
#include "cli/reports.h"
#include "known/compare.h"
#include "known/suppress.h"

#include <chrono>
#include <utility>

namespace unfreed::cli {

Result<Known> Known::read(const KnownOptions& options) {
    Known known;
    for (const std::string& path : options.suppressions) {
        auto text = read_file(path, kMostSuppressionBytes);
        if (!text)
            return fail(std::move(text.error()).with_context("--suppressions"));
        if (auto parsed = parse_suppressions(*text, path, known.suppressions_); !parsed)
            return fail(Errc::usage, parsed.error().message);
    }
    if (!options.baseline.empty()) {
        auto report = read_report(options.baseline);
        if (!report)
            return fail(std::move(report.error()).with_context("--baseline"));
        known.baseline_ = std::move(*report);
        known.baseline_file_ = options.baseline;
    }
    return known;
}

void Known::apply(Report& report) const {
    if (baseline_)
        compare_with_baseline(report, *baseline_, baseline_file_);
    if (!suppressions_.empty())
        suppress(report, suppressions_,
                 std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
}

} // namespace unfreed::cli
