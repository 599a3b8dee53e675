// SPDX-License-Identifier: BSD-2-Clause
#include "report/call_path.h"

#include "base/utf8.h"

#include <fmt/format.h>

namespace unfreed {
namespace {

std::string program_of(const Group& group) {
    if (group.processes.empty() || group.processes.front().comm.empty())
        return "(" + escape_for_terminal(group.context) + ")";
    return escape_for_terminal(group.processes.front().comm);
}

std::string object_of(const Group& group) {
    const std::string what =
        group.kind.empty() ? std::string(to_string(group.verdict)) : group.kind;
    const ClassCard& card = card_of(group.object_class);
    std::string object = group.cache;
    if (object.empty())
        object = is_of_cache(card.object_class) ? "(unknown cache)" : card.singular;
    return escape_for_terminal(object + " " + what);
}

void add_stack(std::vector<Step>& path, const std::vector<Frame>& stack, Step::Side side) {
    for (auto frame = stack.rbegin(); frame != stack.rend(); ++frame)
        path.push_back({side, frame_name(*frame), &*frame});
}

} // namespace

std::string frame_name(const Frame& frame) {
    if (!frame.function.empty())
        return escape_for_terminal(frame.function);
    if (frame.module.empty())
        return fmt::format("{:#x}", frame.address);
    return fmt::format("{}+{:#x}",
                       escape_for_terminal(frame.module.substr(frame.module.rfind('/') + 1)),
                       frame.offset);
}

std::vector<Step> call_path(const Group& group) {
    std::vector<Step> path;
    if (!group.judged)
        return path;
    path.push_back({Step::Side::program, program_of(group), nullptr});
    add_stack(path, group.user_stack, Step::Side::user);
    add_stack(path, group.kernel_stack, Step::Side::kernel);
    path.push_back({Step::Side::object, object_of(group), nullptr});
    return path;
}

} // namespace unfreed
