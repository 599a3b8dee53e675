// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "trace/signals.h"

#include <sys/types.h>

#include <string>
#include <vector>

namespace unfreed {

// The command of `unfreed run`: made stopped, let go when tracing is on. If this object goes before
// the command has been let go, the command never runs.
class Child {
  public:
    // Forks. The new process waits before its exec. stdout_to_stderr: what the command prints goes
    // to our stderr, because our stdout carries the report. signals: what it gets, as if we were
    // not between it and its caller.
    static Result<Child> prepare(const std::vector<std::string>& command, bool stdout_to_stderr,
                                 const trace::FormerSignals& signals);

    pid_t pid() const { return pid_; }
    // Lets it exec. Error: the command cannot be executed; it is gone then.
    Result<> release();

    Child(Child&&) noexcept;
    Child& operator=(Child&&) = delete;
    ~Child();

  private:
    Child() = default;
    pid_t pid_ = -1;
    bool released_ = false;
    UniqueFd go_;     // closing it without a byte ends the child
    UniqueFd failed_; // errno of a failed exec comes here
    std::string name_;
};

} // namespace unfreed
