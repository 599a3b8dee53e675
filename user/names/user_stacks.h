// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "names/messages.h"
#include "names/process_files.h"
#include "symbolize/process_maps.h"
#include "symbolize/user_stack.h"
#include "symbolize/user_unwinder.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
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
    void on_exec(std::uint32_t tgid, bool only_if_known) {
        if (!only_if_known || processes_.contains(tgid))
            read(tgid, false);
    }
    void on_exit(std::uint32_t tgid);
    void on_seen(std::uint32_t tgid, std::span<const std::uint64_t> addresses);

    StackAnswer resolve(const StackQuestion& question);
    std::vector<Frame> symbolize(std::uint32_t tgid, std::span<const std::uint64_t> stack);

  private:
    struct Known {
        ProcessMaps maps;
        bool ended = false;
    };

    void read(std::uint32_t tgid, bool same_program);
    void forget_ended();
    bool may_read(std::uint64_t now_ns);
    const ProcessMaps* maps_of(std::uint32_t tgid) const;

    std::shared_ptr<ProcessFiles> files_;
    std::unordered_map<std::uint32_t, Known> processes_;
    std::unordered_map<std::uint32_t, std::uint64_t> failed_; // tgid: when it could not be read
    std::uint64_t first_read_ns_ = 0;
    std::uint64_t reading_ns_ = 0; // spent on reading what is mapped
    UserUnwinder unwinder_;
    UserSymbolizer symbolizer_;
};

} // namespace unfreed::names
