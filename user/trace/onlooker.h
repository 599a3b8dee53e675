// SPDX-License-Identifier: BSD-2-Clause
#pragma once

namespace unfreed::trace {

// Somebody who is shown a trace while it runs, and may end it.
class Onlooker {
  public:
    Onlooker() = default;
    Onlooker(const Onlooker&) = delete;
    Onlooker& operator=(const Onlooker&) = delete;
    virtual ~Onlooker() = default;

    // Can be read when there is something to hear; -1: there will not be.
    virtual int fd() const = 0;
    // Each second, and whenever there is something to hear or a signal came. False: the trace shall
    // end, with its report.
    virtual bool turn() = 0;
};

} // namespace unfreed::trace
