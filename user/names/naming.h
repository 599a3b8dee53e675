// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/counters.h"
#include "model/event.h"
#include "model/snapshot.h"
#include "names/supervisor.h"
#include "names/user_names.h"
#include "symbolize/mounts.h"
#include "symbolize/unseen_users.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace unfreed::names {

// Names user stacks, by a process that can be lost: here nothing of a traced process is read or
// understood. Stack copies are kept here and unwound when a report needs them, which most are not
// for. What the namer does not say in time has no names, and is counted. One thread.
class Naming final : public UserNames {
  public:
    // only_targets: every process that is heard of is traced.
    Naming(Launch launch, bool only_targets, const Supervisor::Limits& limits = {})
        : only_targets_(only_targets), supervisor_(std::move(launch), limits) {}

    // Call it with every event, as early as possible: a process that ends before its first event is
    // seen leaves addresses without names.
    void observe(const Event& event);
    // The origin has given its number back.
    void forget(OriginId origin);
    // After some events.
    void flush();

    void unwind(Snapshot& snapshot) override;
    std::vector<Frame> symbolize(const Program& program,
                                 std::span<const std::uint64_t> stack) override;
    std::optional<Mounts> mounts(std::uint32_t pid) override;
    UnseenUsers unseen_users() override;
    std::string key(const Program& program, std::span<const std::uint64_t> stack) const override;
    void count_losses(Counters& counters) const override;

  private:
    struct Unwound {
        std::vector<std::uint64_t> addresses; // empty: nothing can be said
        bool whole = false;                   // it ends where the thread began
    };
    using StackKey = std::pair<Program, std::vector<std::uint64_t>>;

    void on(const ProcessEvent& event);
    void on(const OriginEvent& event);
    void on(const UserStackCopy& copy);
    void tell(Kind kind, const Program& program, std::vector<std::uint64_t> addresses,
              std::uint64_t time_ns = 0);
    struct Heard {
        ProgramId latest;
        bool is_told = false; // the namer has been told of its addresses
    };
    Heard& hear_of(const Program& program);
    Program program_of(const UserStackCopy& copy) const;
    void keep_within_budget();
    void drop_copy(OriginId origin);
    bool is_over(const Program& program) const;
    StackQuestion question_of(const OriginEvent& origin) const;
    bool take(OriginEvent& origin, std::string_view message);
    void share(std::span<OriginEvent* const> origins);

    bool only_targets_;
    std::unordered_map<OriginId, UserStackCopy> copies_; // not unwound yet
    std::deque<OriginId> copied_order_;                  // the oldest first; some are gone
    std::size_t copied_bytes_ = 0;
    std::unordered_map<OriginId, Unwound> unwound_;
    std::unordered_map<OriginId, std::uint64_t> early_; // being unwound: which question it was
    std::uint64_t early_asked_ = 0;
    std::unordered_map<std::uint32_t, Heard> heard_of_; // living processes
    bool heard_of_more_ = false;                        // some were forgotten
    std::unordered_map<OriginId, ProgramId> origins_;   // those with a user stack
    std::size_t told_ = 0;                              // since the last flush
    std::map<StackKey, std::string> keys_;              // of this report
    std::set<Program> known_;                           // to the namer, in this report
    std::uint64_t forgotten_ = 0; // stacks of this report that a lost namer knew the names of
    unsigned unseen_lost_ = 0;    // namers that were lost while they looked for unseen users
    Refusals refusals_;
    Supervisor supervisor_; // last: its end calls back
};

} // namespace unfreed::names
