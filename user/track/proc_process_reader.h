// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/snapshot.h"
#include "track/process_reader.h"

namespace unfreed {

// Reads /proc (or a directory made like it, for tests).
class ProcProcessReader : public ProcessReader {
  public:
    explicit ProcProcessReader(std::string root = "/proc") : root_(std::move(root)) {}

    Result<std::string> comm(std::uint32_t tgid) override;
    Result<std::string> exe(std::uint32_t tgid) override;
    Result<std::string> cgroup(std::uint32_t tgid) override;
    Result<std::vector<std::string>> cmdline(std::uint32_t tgid) override;
    // In ticks of USER_HZ since boot, as the time namespace of this process counts them.
    std::optional<std::uint64_t> alive_since(std::uint32_t tgid) override;
    std::uint64_t since_of(std::uint64_t start_ns) const override;
    std::uint64_t start_of(std::uint64_t since) const override;
    std::uint64_t monotonic_of(std::uint64_t start_ns) const override;
    std::uint64_t now_ns() const override;

    // Of the process that had this number at that time (CLOCK_MONOTONIC) and has it still; empty
    // names, if that is another one now.
    std::string comm_at(std::uint32_t tgid, std::uint64_t time_ns);
    ProcessInfo names_at(std::uint32_t tgid, std::uint64_t time_ns);

  private:
    std::string path(std::uint32_t tgid, const char* file) const;
    // alive_since() of the process that had this number at that time.
    std::optional<std::uint64_t> alive_at(std::uint32_t tgid, std::uint64_t time_ns);

    std::string root_;
};

} // namespace unfreed
