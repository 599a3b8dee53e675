// SPDX-License-Identifier: BSD-2-Clause
// With UNFREED_CHECK_RECORDINGS=1 whatever a test traces is recorded as well, and told again of the
// recording alone: text and JSON must be those of the live trace, byte by byte.
#pragma once

#include "process.h"

#include <memory>
#include <string>
#include <vector>

namespace unfreed::e2e {

class RecordingCheck {
  public:
    // nullptr: not asked for, or this command makes no report, or several.
    static std::shared_ptr<RecordingCheck> of(const std::vector<std::string>& command);
    // The same whether it is asked for or not.
    static std::shared_ptr<RecordingCheck> of_any(const std::vector<std::string>& command);
    ~RecordingCheck();

    // The command, with a recording.
    const std::vector<std::string>& command() const { return command_; }
    // A test failure where the recording tells something else.
    void compare(const Finished& finished) const;

  private:
    RecordingCheck() = default;
    std::vector<std::string> again(const std::string& format) const;

    std::vector<std::string> command_;
    std::vector<std::string> telling_; // options of the report, but for its form
    std::string format_ = "text";
    std::string folder_;
};

} // namespace unfreed::e2e
