// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <cstdint>

namespace unfreed {

// The process of `trace -p`, held so that its number cannot come to mean another one unnoticed.
class Target {
  public:
    // Takes the ID of a process, or of one of its threads. Fails if there is none.
    static Result<Target> find(std::uint32_t pid);

    std::uint32_t tgid() const { return tgid_; }
    // Readable once the process has ended.
    int pidfd() const { return pidfd_.get(); }

  private:
    std::uint32_t tgid_ = 0;
    UniqueFd pidfd_;
};

} // namespace unfreed
