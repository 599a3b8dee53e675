// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/event.h"
#include "symbolize/process_maps.h"
#include "symbolize/user_stack.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace unfreed::cli {

// Names user stacks after their processes have ended: copies what a process has mapped as soon as
// it is heard of, and resolves addresses against the copy. One thread.
class UserStacks {
  public:
    // Call it with every event, as early as possible: a process that ends before its first event is
    // seen leaves addresses without names.
    void observe(const Event& event);

    std::vector<Frame> symbolize(std::uint32_t tgid, std::span<const std::uint64_t> stack);
    // Equal for equal code, wherever it was loaded: files with offsets, else addresses.
    std::string key(std::uint32_t tgid, std::span<const std::uint64_t> stack) const;

  private:
    struct Known {
        ProcessMaps maps;
        std::uint64_t read_ns = 0;
        bool ended = false;
        unsigned read_early = 0; // less than a second after the time before
    };

    void read(std::uint32_t tgid, std::uint64_t now_ns);
    void forget_ended();

    std::unordered_map<std::uint32_t, Known> processes_;
    UserSymbolizer symbolizer_;
};

} // namespace unfreed::cli
