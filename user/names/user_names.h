// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/counters.h"
#include "model/report.h"
#include "model/snapshot.h"
#include "symbolize/mounts.h"
#include "symbolize/unseen_users.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace unfreed::names {

// Names for a report what is made by users of the host, stacks and mounts: Naming, or a test.
class UserNames {
  public:
    virtual ~UserNames() = default;

    // The first of a report. Gives the origins of what is alive, or was freed by an exit only, the
    // stacks that were made of copies, where these go further than frame pointers led.
    virtual void unwind(Snapshot& snapshot) = 0;
    // Equal for equal code, wherever it was loaded: files with offsets, else addresses.
    virtual std::string key(const Program& program, std::span<const std::uint64_t> stack) const = 0;
    // This and key() may be called until the next report.
    virtual std::vector<Frame> symbolize(const Program& program,
                                         std::span<const std::uint64_t> stack) = 0;
    // What a process has mounted; 0: the tool. nullopt: nobody can say.
    virtual std::optional<Mounts> mounts(std::uint32_t pid) = 0;
    // Where nobody can say, anything may be held.
    virtual UnseenUsers unseen_users() = 0;
    // What this report says of names that are missing.
    virtual void count_losses(Counters& counters) const = 0;
};

} // namespace unfreed::names
