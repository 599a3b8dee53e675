// SPDX-License-Identifier: BSD-2-Clause
// A group as a path through a flame graph, for writers of stacks.
#pragma once

#include "model/report.h"

#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

struct Step {
    enum class Side { program, user, kernel, object };
    Side side = Side::user;
    std::string name;             // valid UTF-8 without control characters; never empty
    const Frame* frame = nullptr; // of the report; nullptr: no function
};

// From the program, by its functions and the kernel's, to the allocating one and what it made
// ("TCP never-closed"). Empty where nothing is claimed of the group (Group::judged).
std::vector<Step> call_path(const Group& group);

// "fib_create_info", else "tcp_leaker+0x1149", else "0xffffffffc0de1234".
std::string frame_name(const Frame& frame);

} // namespace unfreed
