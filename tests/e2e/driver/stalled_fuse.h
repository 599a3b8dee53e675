// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

namespace unfreed::e2e {

// A file system of one program that stops to answer, as a network file system does whose server is
// gone. Unmounted when this object goes.
class StalledFuse {
  public:
    // nullptr: FUSE is not to be had. program: a copy of this file is in it, as "stalled".
    static std::unique_ptr<StalledFuse> mount(const std::string& program);
    StalledFuse(const StalledFuse&) = delete;
    StalledFuse& operator=(const StalledFuse&) = delete;
    ~StalledFuse();

    std::string program() const { return directory_ + "/stalled"; }
    // From now on whoever opens a file of it waits for ever.
    void stall();

  private:
    StalledFuse() = default;
    std::string directory_;
    pid_t server_ = -1;
};

} // namespace unfreed::e2e
