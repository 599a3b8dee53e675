// SPDX-License-Identifier: BSD-2-Clause
// --fail-on: what a report must not say, for jobs that go by the exit status alone.
#pragma once

#include "base/result.h"
#include "model/report.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

// One of
//   leaking, suspect, look   groups that need so much attention or more
//   kind=NAME                groups of this kind, whatever their verdict
// each with ":N" behind it for N objects or more, in all these groups together; or
//   growth>SIZE/h            of what is leaking or suspect, together (growth>1MiB/h)
class FailCondition {
  public:
    // Errors: usage.
    static Result<FailCondition> parse(std::string_view text);

    // A sentence on what the report has of it; nullopt: less than it takes. The report must have
    // all its groups, not the first only (--top). Those that a suppression hides do not count.
    std::optional<std::string> met_by(const Report& report) const;

  private:
    static Result<FailCondition> parse_growth(std::string_view text);

    std::optional<Attention> attention_; // or else:
    std::string kind_;                   // or else:
    double bytes_per_hour_ = 0;
    std::uint64_t least_ = 1; // objects
    std::string text_;
};

} // namespace unfreed
