// SPDX-License-Identifier: BSD-2-Clause
// Groups are written one after the other: tens of thousands of them as one value would take
// gigabytes, and most of the time would go into these.
#include "report/json.h"
#include "report/json_value.h"
#include "report/same_frame.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace unfreed {
namespace {

using Json = nlohmann::ordered_json;

// All strings are valid by now; "replace" makes sure that a mistake is no exception.
std::string indented(const Json& value) {
    return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

// Each line but the first so much further in. Line ends within strings are escaped.
void append(std::string& out, std::string_view text, std::size_t blanks) {
    for (;;) {
        const std::size_t end = text.find('\n');
        if (end == text.npos)
            break;
        out.append(text.substr(0, end + 1));
        out.append(blanks, ' ');
        text.remove_prefix(end + 1);
    }
    out.append(text);
}

// Borrows the frames.
class FrameTexts {
  public:
    // As an array that stands so far in.
    void append_stack(std::string& out, const std::vector<Frame>& stack) {
        out += '[';
        for (const Frame& frame : stack) {
            out += out.back() == '[' ? "\n" : ",\n";
            out.append(kIn + 2, ' ');
            out += of(frame);
        }
        if (!stack.empty())
            out.append("\n").append(kIn, ' ');
        out += ']';
    }

    // Of the members of a group.
    static constexpr std::size_t kIn = 6;

  private:
    const std::string& of(const Frame& frame) {
        const auto [known, is_new] = texts_.try_emplace(&frame);
        if (is_new)
            append(known->second, indented(frame_to_json(frame)), kIn + 2);
        return known->second;
    }

    std::unordered_map<const Frame*, std::string, SameFrame, SameFrame> texts_;
};

void append_group(std::string& out, const Group& group, FrameTexts& frames) {
    const std::string text = indented(group_without_stacks(group));
    std::size_t begin = 0;
    for (const auto& [name, stack] : {std::pair("\n  \"kernel_stack\": ", &group.kernel_stack),
                                      std::pair("\n  \"user_stack\": ", &group.user_stack)}) {
        const std::size_t at = text.find(name, begin) + std::string_view(name).size();
        append(out, std::string_view(text).substr(begin, at - begin), FrameTexts::kIn - 2);
        frames.append_stack(out, *stack);
        begin = at + 2; // behind the empty one
    }
    append(out, std::string_view(text).substr(begin), FrameTexts::kIn - 2);
}

void append_groups(std::string& out, const std::vector<Group>& groups) {
    FrameTexts frames;
    out += '[';
    constexpr std::size_t kSample = 64; // groups that say how long all of them are
    for (const Group& group : groups) {
        out += &group == &groups.front() ? "\n    " : ",\n    ";
        append_group(out, group, frames);
        // To grow twofold again and again would touch twice the memory.
        if (const auto done = static_cast<std::size_t>(&group - groups.data()) + 1; done == kSample)
            out.reserve(out.size() / kSample * groups.size() * 9 / 8);
    }
    out += groups.empty() ? "]" : "\n  ]";
}

} // namespace

std::string to_json(const Report& report) {
    const Json whole = report_without_groups(report);
    std::string out = "{";
    for (const auto& [name, value] : whole.items()) {
        out += out.size() == 1 ? "\n  " : ",\n  ";
        out += Json(name).dump() + ": ";
        if (name == kGroups)
            append_groups(out, report.groups);
        else
            append(out, indented(value), 2);
    }
    out += "\n}\n";
    return out;
}

} // namespace unfreed
