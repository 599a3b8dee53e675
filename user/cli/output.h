// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <string>
#include <string_view>

namespace unfreed::cli {

// Where reports go. A regular file is replaced whole (written beside it, then renamed), so that a
// reader never sees half a report and a failure leaves the old one; anything else (a pipe,
// /dev/...) is written as it is.
class Output {
  public:
    // Empty path: stdout. Fails now, before any tracing, when the path cannot be written later.
    static Result<Output> open(const std::string& path);

    Result<> write(std::string_view report);

    bool is_terminal() const;
    // Columns of the terminal, 100 when it is none.
    int width() const;

  private:
    Result<> replace_file(std::string_view report);

    std::string path_; // regular file to replace; empty: fd_
    UniqueFd special_; // opened special file
    int fd_ = -1;      // where to write directly
};

} // namespace unfreed::cli
