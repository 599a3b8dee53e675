// SPDX-License-Identifier: BSD-2-Clause
#include "report/ci_finding.h"

#include "base/utf8.h"
#include "report/call_path.h"
#include "report/phrases.h"

#include <fmt/format.h>

namespace unfreed {
namespace {

constexpr std::size_t kFrames = 24;

void add_stack(std::vector<std::string>& lines, const char* title,
               const std::vector<Frame>& stack) {
    if (!stack.empty())
        lines.push_back(fmt::format("{}:", title));
    for (std::size_t i = 0; i < stack.size() && i < kFrames; ++i) {
        std::string line = "  " + escape_for_terminal(frame_name(stack[i]));
        if (!stack[i].module.empty() && stack[i].module != "vmlinux")
            line += fmt::format(" [{}]", escape_for_terminal(stack[i].module));
        if (stack[i].line)
            line += fmt::format(" ({}:{})", escape_for_terminal(stack[i].file), *stack[i].line);
        lines.push_back(std::move(line));
    }
}

} // namespace

SourcePlace source_place(const Group& group) {
    for (const Frame& frame : group.user_stack)
        if (frame.line && !frame.file.empty())
            return {escape_for_terminal(frame.file), *frame.line};
    return {};
}

std::string finding_headline(const Group& group) {
    std::string headline = leak_phrase(group);
    if (const std::string_view kind = kind_phrase(group.kind); !kind.empty())
        headline += fmt::format("; {}", kind);
    return headline;
}

std::vector<std::string> finding_details(const Group& group, std::uint64_t traced_ns) {
    std::vector<std::string> lines{evidence_phrase(group, traced_ns)};
    if (!group.facts.sentence.empty() && group.facts.sentence != group.evidence)
        lines.push_back(escape_for_terminal(group.facts.sentence));
    if (const std::string exit = exit_phrase(group); !exit.empty())
        lines.push_back(exit);
    if (!group.advice.empty())
        lines.push_back(escape_for_terminal(group.advice));
    add_stack(lines, "kernel stack", group.kernel_stack);
    add_stack(lines, "user stack", group.user_stack);
    return lines;
}

std::vector<std::string> loss_lines(const Report& report) {
    std::vector<std::string> lines;
    if (report.complete)
        return lines;
    for (const Loss& loss : report.losses)
        if (loss.count != 0 && loss.severity >= Severity::data_loss)
            lines.push_back(fmt::format("{}: {}, {}", escape_for_terminal(loss.counter), loss.count,
                                        escape_for_terminal(loss.meaning)));
    return lines;
}

} // namespace unfreed
