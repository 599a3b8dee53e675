// SPDX-License-Identifier: BSD-2-Clause
// Rules for --suppressions that would hide each row: a draft, in which somebody has to say why.
#include "base/utf8.h"
#include "report/ci_finding.h"
#include "report/rows.h"
#include "report/text_finding.h"
#include "report/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace unfreed {
namespace {

// As much of a stack as tells an origin from others. The format takes more.
constexpr std::size_t kMostFrames = 64;
constexpr std::size_t kMostBytes = 1000; // of one value

// A pattern that matches the text: what has a meaning there, or cannot stand in a line, becomes
// "?". A name may have anything in it, newlines too.
std::string pattern_of(std::string_view text) {
    std::string pattern;
    for (const char c : text.substr(0, kMostBytes)) {
        const bool plain = c > ' ' && c <= '~' && c != ',' && c != '*' && c != '?';
        pattern += plain ? c : '?';
    }
    return text.size() > kMostBytes || pattern.empty() ? pattern + '*' : pattern;
}

// With CONFIG_RANDOM_KMALLOC_CACHES each boot has another number in it.
std::string cache_pattern(std::string_view cache) {
    constexpr std::string_view kPrefix = "kmalloc-rnd-";
    if (!cache.starts_with(kPrefix))
        return pattern_of(cache);
    const std::size_t dash = std::min(cache.find('-', kPrefix.size()), cache.size());
    return std::string(kPrefix) + '*' + pattern_of(cache.substr(dash));
}

void add_stack(std::string& rule, const std::vector<Frame>& stack) {
    for (std::size_t i = 0; i < stack.size() && i < kMostFrames; ++i) {
        const Frame& frame = stack[i];
        if (frame.function.empty() && !frame.module.empty())
            rule += fmt::format("  obj: {}\n", pattern_of(frame.module));
        else
            rule += fmt::format("  fun: {}\n", pattern_of(frame.function));
    }
    if (stack.size() > kMostFrames)
        rule += "  ...\n";
}

std::string rule_of(const Group& group) {
    std::string rule = fmt::format("# {}\n", finding_headline(group));
    rule += fmt::format("{{ group {}\n  reason: (say why this is all right)\n",
                        escape_for_terminal(group.id));
    rule += fmt::format("  class: {}\n", to_string(group.object_class));
    if (!group.kind.empty())
        rule += fmt::format("  kind: {}\n", pattern_of(group.kind));
    if (!group.cache.empty())
        rule += fmt::format("  cache: {}\n", cache_pattern(group.cache));
    if (!group.processes.empty()) {
        std::vector<std::string> names;
        for (const ReportProcess& process : group.processes)
            if (const std::string name = pattern_of(process.comm);
                std::find(names.begin(), names.end(), name) == names.end())
                names.push_back(name);
        for (const std::string& name : names)
            rule += fmt::format("  process: {}\n", name);
    }
    add_stack(rule, group.kernel_stack);
    if (has_sure_user_stack(group))
        add_stack(rule, group.user_stack);
    return rule + "}\n\n";
}

std::string write(const Report& report, const Sheet&) {
    std::string text = "# Rules for unfreed --suppressions (docs/ci.md). Say why in each, and give "
                       "it a max: and an expires:\n# where you can; \"...\" stands for any number "
                       "of frames, \"*\" for any text.\n\n";
    for (const Group& row : rows_to_show(report))
        text += rule_of(row);
    return text;
}

} // namespace

extern const Writer suppressions_writer;
const Writer suppressions_writer{"suppressions",
                                 "rules that would hide each row, for "
                                 "--suppressions",
                                 write, true};

} // namespace unfreed
