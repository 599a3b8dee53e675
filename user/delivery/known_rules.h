// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "known/suppressions.h"
#include "model/report.h"
#include "options/known_options.h"

#include <optional>
#include <string>
#include <vector>

namespace unfreed {

// What the files say that the user named as known: read before anything is traced, so that a
// mistake in them does not cost a trace.
class KnownRules {
  public:
    static Result<KnownRules> read(const KnownOptions& options);

    // Marks what was known in a report that has all its groups.
    void apply(Report& report) const;

  private:
    std::vector<Suppression> suppressions_;
    std::optional<Report> baseline_;
    std::string baseline_file_;
};

} // namespace unfreed
