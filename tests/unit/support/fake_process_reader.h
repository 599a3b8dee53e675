// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "track/process_reader.h"

#include <map>

namespace unfreed::test {

// A system whose processes a test makes and ends.
class FakeProcessReader : public ProcessReader {
  public:
    struct Process {
        std::string comm;
        std::string exe;
        std::string cgroup;
        std::vector<std::string> cmdline;
        std::uint64_t started = 1;
    };
    std::map<std::uint32_t, Process> running;

    Result<std::string> comm(std::uint32_t tgid) override { return get(tgid, &Process::comm); }
    Result<std::string> exe(std::uint32_t tgid) override { return get(tgid, &Process::exe); }
    Result<std::string> cgroup(std::uint32_t tgid) override { return get(tgid, &Process::cgroup); }
    Result<std::vector<std::string>> cmdline(std::uint32_t tgid) override {
        return get(tgid, &Process::cmdline);
    }
    std::optional<std::uint64_t> alive_since(std::uint32_t tgid) override {
        const auto process = running.find(tgid);
        if (process == running.end())
            return std::nullopt;
        return process->second.started;
    }

    // A process is told by its very start, and no host was ever suspended.
    std::uint64_t since_of(std::uint64_t start_ns) const override { return start_ns; }
    std::uint64_t start_of(std::uint64_t since) const override { return since; }
    std::uint64_t monotonic_of(std::uint64_t start_ns) const override { return start_ns; }
    std::uint64_t now = 0;
    std::uint64_t now_ns() const override { return now; }

  private:
    template <class T>
    Result<T> get(std::uint32_t tgid, T Process::*member) const {
        const auto process = running.find(tgid);
        if (process == running.end())
            return fail(Errc::not_found, "no such process");
        return process->second.*member;
    }
};

} // namespace unfreed::test
