// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

namespace unfreed {

// The soft limit of descriptors, raised to the hard one, and a table that has room for what a
// report opens. A command that is run gets back what its caller had. Before any thread is made.
class DescriptorLimit {
  public:
    DescriptorLimit();
    void restore_for(pid_t process) const;

  private:
    rlimit before_{};
    bool raised_ = false;
};

} // namespace unfreed
