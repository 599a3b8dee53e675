// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace unfreed {

// "asking again about what looks bad (4 of 7)": a step of a look (look/steps.h), or one of those
// that follow it.
std::string step_phrase(std::string_view step, std::size_t number);

// Tells somebody at a terminal what a report is at that takes long. Others read it when it is
// there.
class ReportProgress {
  public:
    void begins();
    void goes_on(const std::string& what) const;

  private:
    std::uint64_t begun_ns_ = 0;
};

} // namespace unfreed
