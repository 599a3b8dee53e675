// SPDX-License-Identifier: BSD-2-Clause
#include "delivery/known_rules.h"

#include "base/read_file.h"
#include "delivery/reports.h"
#include "known/compare.h"
#include "known/suppress.h"

#include <chrono>
#include <utility>

namespace unfreed {

Result<KnownRules> KnownRules::read(const KnownOptions& options) {
    KnownRules rules;
    for (const std::string& path : options.suppressions) {
        auto text = read_file(path, kMostSuppressionBytes);
        if (!text)
            return fail(std::move(text.error()).with_context("--suppressions"));
        if (auto parsed = parse_suppressions(*text, path, rules.suppressions_); !parsed)
            return fail(Errc::usage, parsed.error().message);
    }
    if (!options.baseline.empty()) {
        auto report = read_report(options.baseline);
        if (!report)
            return fail(std::move(report.error()).with_context("--baseline"));
        rules.baseline_ = std::move(*report);
        rules.baseline_file_ = options.baseline;
    }
    return rules;
}

void KnownRules::apply(Report& report) const {
    if (baseline_)
        compare_with_baseline(report, *baseline_, baseline_file_);
    if (!suppressions_.empty())
        suppress(report, suppressions_,
                 std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
}

} // namespace unfreed
