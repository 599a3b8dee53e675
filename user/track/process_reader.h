// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace unfreed {

// What the system says of a running process. Processes end at any time, so every question may fail
// with Errc::not_found; other failures keep their errno. One thread at a time.
class ProcessReader {
  public:
    virtual ~ProcessReader() = default;

    // Name of the main thread, which stands for the process.
    virtual Result<std::string> comm(std::uint32_t tgid) = 0;
    // Path of the executable; empty for a kernel thread. A deleted file keeps its former path.
    virtual Result<std::string> exe(std::uint32_t tgid) = 0;
    // Path in the unified hierarchy, else in systemd's; empty: in none.
    virtual Result<std::string> cgroup(std::uint32_t tgid) = 0;
    virtual Result<std::vector<std::string>> cmdline(std::uint32_t tgid) = 0;
    // A number that another process of the same tgid does not have (when it was started, in units
    // that only the reader knows). nullopt: no such process, or it has exited and only waits to be
    // reaped.
    virtual std::optional<std::uint64_t> alive_since(std::uint32_t tgid) = 0;
    // What alive_since() says of a process with this ProgramId::start_ns, and the earliest start of
    // one of which it says that.
    virtual std::uint64_t since_of(std::uint64_t start_ns) const = 0;
    virtual std::uint64_t start_of(std::uint64_t since) const = 0;
    // The same moment in CLOCK_MONOTONIC, or one before it: a suspended host is not told apart.
    virtual std::uint64_t monotonic_of(std::uint64_t start_ns) const = 0;
    // CLOCK_MONOTONIC
    virtual std::uint64_t now_ns() const = 0;
};

} // namespace unfreed
