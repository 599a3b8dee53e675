// SPDX-License-Identifier: BSD-2-Clause
// A terminal that a screen has taken over is given back, however the process ends.
#pragma once

#include "base/result.h"

#include <string>

namespace unfreed {

// While one lives, restore_terminal() gives the terminal back as it was at first, and signals that
// would kill the process as by an error (SIGSEGV, SIGQUIT ...) do so before. One at a time.
class TerminalGuard {
  public:
    // fd: stays open as long. goodbye: what is written to it, a few bytes: it leaves the screen.
    static Result<TerminalGuard> take(int fd, const std::string& goodbye);

    TerminalGuard(TerminalGuard&& other) noexcept;
    TerminalGuard(const TerminalGuard&) = delete;
    TerminalGuard& operator=(const TerminalGuard&) = delete;
    TerminalGuard& operator=(TerminalGuard&&) = delete;
    // Does not touch the terminal: whoever took it over gives it back in order.
    ~TerminalGuard();

  private:
    TerminalGuard() = default;
    bool armed_ = false;
};

// For whoever ends the process at once. Nothing to do where nobody has taken a terminal over.
void restore_terminal() noexcept; // async-signal-safe

} // namespace unfreed
