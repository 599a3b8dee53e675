// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "output/replaced_file.h"

#include <optional>
#include <string>
#include <string_view>

namespace unfreed {

// Where reports go. A regular file is replaced whole; anything else (a pipe, /dev/...) is written
// as it is, and an open descriptor of ours (/dev/stdout) where it stands.
class Output {
  public:
    // Empty path or "-": stdout. Fails now, before any tracing, when the path cannot be written
    // later. Waits for the reader of a FIFO.
    static Result<Output> open(const std::string& path);

    Result<> write(std::string_view report);
    // After a failed write to a file: the path where the whole report lies now, or empty.
    std::string keep();

    bool is_stdout() const { return stdout_; }
    // The pipe it is; -1: something else.
    int pipe() const;
    bool is_terminal() const;
    // Columns of the terminal, 100 when it is none.
    int width() const;

  private:
    static Result<Output> through(int fd, const std::string& name);

    std::optional<ReplacedFile> file_;
    UniqueFd stream_;  // otherwise
    std::string name_; // of the stream
    bool stdout_ = false;
};

} // namespace unfreed
