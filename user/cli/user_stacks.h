// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/event.h"
#include "model/snapshot.h"
#include "symbolize/process_maps.h"
#include "symbolize/user_stack.h"
#include "symbolize/user_unwinder.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace unfreed::cli {

// Names user stacks after their processes have ended: copies what a process has mapped as soon as
// it is heard of, and resolves addresses against the copy. Copied stacks are unwound when a report
// needs them, which most are not for. One thread.
class UserStacks {
  public:
    // only_targets: every process that is heard of is traced.
    explicit UserStacks(bool only_targets) : only_targets_(only_targets) {}

    // Call it with every event, as early as possible: a process that ends before its first event is
    // seen leaves addresses without names.
    void observe(const Event& event);

    // The origin has given its number back.
    void forget(OriginId origin);

    // Gives the origins of what is alive, or was freed by an exit only, the stacks that were made
    // of copies, where these go further than frame pointers led.
    void unwind(Snapshot& snapshot);

    std::vector<Frame> symbolize(std::uint32_t tgid, std::span<const std::uint64_t> stack);
    // Equal for equal code, wherever it was loaded: files with offsets, else addresses.
    std::string key(std::uint32_t tgid, std::span<const std::uint64_t> stack) const;

  private:
    struct Known {
        ProcessMaps maps;
        bool ended = false;
    };

    void on(const ProcessEvent& event);
    void on(const OriginEvent& event);
    void on(const UserStackCopy& copy);
    void read(std::uint32_t tgid, bool same_program);
    void read_if_unknown(std::uint32_t tgid, std::span<const std::uint64_t> addresses);
    void forget_ended();
    bool may_read(std::uint64_t now_ns);
    const UserUnwinder::Stack* unwound(OriginId origin);
    void keep_within_budget();
    void share(std::span<OriginEvent* const> origins);

    bool only_targets_;
    std::unordered_map<std::uint32_t, Known> processes_;
    std::unordered_map<OriginId, UserStackCopy> copies_; // not unwound yet
    std::deque<OriginId> copied_order_;                  // the oldest first; some are gone
    std::size_t copied_bytes_ = 0;
    std::unordered_map<OriginId, UserUnwinder::Stack> unwound_;
    std::unordered_map<std::uint32_t, std::uint64_t> failed_; // tgid: when it could not be read
    std::uint64_t first_read_ns_ = 0;
    std::uint64_t reading_ns_ = 0; // spent on reading what is mapped
    UserUnwinder unwinder_;
    UserSymbolizer symbolizer_;
};

} // namespace unfreed::cli
