// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <csignal>

namespace unfreed {

// ncurses takes SIGINT, SIGTERM and SIGTSTP where nobody else has, and ends the process by them in
// its own way. This process has its own: what they did stays what they do. And while this lives
// SIGWINCH interrupts poll(), nothing else.
class OwnSignals {
  public:
    OwnSignals();
    OwnSignals(const OwnSignals&) = delete;
    OwnSignals& operator=(const OwnSignals&) = delete;
    ~OwnSignals();

    // After ncurses has begun.
    void keep() const;

  private:
    static constexpr std::array kKept{SIGINT, SIGTERM, SIGTSTP};
    std::array<struct sigaction, kKept.size()> former_{};
    struct sigaction former_resize_ {};
};

} // namespace unfreed
