// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel_counts/kernel_books.h"
#include "kernel_counts/tcp_counters.h"
#include "model/report.h"
#include "model/snapshot.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace unfreed::look {

// What a report needs to know of the host beside the objects: its /proc and /sys, or a test's. One
// thread only.
class Surroundings {
  public:
    virtual ~Surroundings() = default;

    virtual Report::Host host() = 0;
    virtual KernelBooks& books() = 0;
    virtual TcpCounters tcp_counters() = 0;
    virtual std::uint64_t page_bytes() = 0;
    virtual std::uint64_t processors() = 0; // configured ones
    virtual bool has_reclaim_account(const std::string& cache) = 0;
    // Of the process that had this number at that time (CLOCK_MONOTONIC) and has it still; else
    // without names.
    virtual ProcessInfo names_of(std::uint32_t tgid, std::uint64_t time_ns) = 0;
    // Asks the kernel to free all dentries and inodes that nobody uses, and waits until those are
    // gone that it could free at once.
    virtual Result<> drop_dentries_and_inodes() = 0;
    virtual void wait(std::chrono::milliseconds time) = 0;
};

// This host.
class ProcSurroundings final : public Surroundings {
  public:
    Report::Host host() override;
    KernelBooks& books() override { return books_; }
    TcpCounters tcp_counters() override { return TcpCounters::read(); }
    std::uint64_t page_bytes() override;
    std::uint64_t processors() override;
    bool has_reclaim_account(const std::string& cache) override;
    ProcessInfo names_of(std::uint32_t tgid, std::uint64_t time_ns) override;
    Result<> drop_dentries_and_inodes() override;
    void wait(std::chrono::milliseconds time) override;

  private:
    ProcKernelBooks books_;
};

} // namespace unfreed::look
