// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "names/messages.h"
#include "names/process_files.h"
#include "symbolize/process_maps.h"
#include "symbolize/user_stack.h"
#include "symbolize/user_unwinder.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace unfreed::names {

// Names user stacks after their processes have ended: copies what a process has mapped as soon as
// it is heard of, and resolves addresses against the copy. One thread.
class UserStacks {
  public:
    explicit UserStacks(std::shared_ptr<ProcessFiles> files)
        : files_(std::move(files)), unwinder_(files_), symbolizer_(files_) {}

    // Call them as early as possible: a process that ends before its first event is seen leaves
    // addresses without names.
    void on_exec(const Program& program, std::uint64_t time_ns, bool only_if_known);
    void on_exit(const Program& program);
    void on_seen(const Program& program, std::span<const std::uint64_t> addresses);

    StackAnswer resolve(const StackQuestion& question);
    NameAnswer symbolize(const NameQuestion& question);

  private:
    struct Known {
        ProcessMaps maps;
        std::uint64_t read_ns = 0; // CLOCK_MONOTONIC
        bool ended = false;        // or another program runs in its place
    };

    void read(const Program& program);
    const ProcessMaps* find(const Program& program, bool is_over,
                            std::span<const std::uint64_t> addresses);
    Program exact(const Program& program) const;
    bool is_over(const Program& program) const;
    void forget_ended();
    bool may_read(std::uint64_t now_ns);
    const ProcessMaps* maps_of(const Program& program) const;

    std::shared_ptr<ProcessFiles> files_;
    std::map<Program, Known> programs_;       // those of a process one after the other
    std::map<Program, std::uint64_t> failed_; // when it could not be read
    std::uint64_t first_read_ns_ = 0;
    std::uint64_t reading_ns_ = 0; // spent on reading what is mapped
    UserUnwinder unwinder_;
    UserSymbolizer symbolizer_;
};

} // namespace unfreed::names
