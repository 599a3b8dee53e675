// SPDX-License-Identifier: BSD-2-Clause
#include "report/known_lines.h"

#include "base/utf8.h"
#include "report/humanize.h"
#include "report/rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace unfreed {
namespace {

constexpr std::size_t kNamed = 5;

std::string amount_phrase(std::uint64_t objects, std::uint64_t bytes) {
    return fmt::format("{}, {}", human_count(objects, "object", "objects"), human_bytes(bytes));
}

std::string max_phrase(const SuppressionUse& rule) {
    if (rule.max_objects && rule.max_bytes)
        return amount_phrase(*rule.max_objects, *rule.max_bytes);
    return rule.max_objects ? human_count(*rule.max_objects, "object", "objects")
                            : human_bytes(rule.max_bytes);
}

// The first few of the rules in this state, each as `describe` has it.
template <class Describe>
void add_rules(std::vector<KnownLine>& lines, const Report& report, SuppressionState state,
               std::string_view title, Ink ink, Describe describe) {
    std::string text;
    std::size_t count = 0;
    for (const SuppressionUse& rule : report.suppressions)
        if (rule.state == state && ++count <= kNamed)
            text += (text.empty() ? "" : "; ") + describe(rule);
    if (count > kNamed)
        text += fmt::format("; and {} more", count - kNamed);
    if (count != 0)
        lines.push_back({fmt::format("{}: {}.", title, text), ink});
}

void add_hidden(std::vector<KnownLine>& lines, const Report& report) {
    std::uint64_t groups = 0, objects = 0, bytes = 0, rules = 0;
    for (const SuppressionUse& rule : report.suppressions) {
        if (rule.state != SuppressionState::used || rule.groups == 0)
            continue;
        ++rules;
        groups += rule.groups;
        objects += rule.objects;
        bytes += rule.bytes;
    }
    if (groups != 0)
        lines.push_back(
            {fmt::format("Hidden by {}: {}, {}.", human_count(rules, "suppression", "suppressions"),
                         human_count(groups, "row", "rows"), amount_phrase(objects, bytes))});
}

void add_baseline(std::vector<KnownLine>& lines, const Report& report) {
    if (!report.baseline)
        return;
    const BaselineUse& use = *report.baseline;
    lines.push_back({fmt::format(
        "Known from the baseline {}: {}, {}.", escape_for_terminal(use.file),
        human_count(use.groups, "row", "rows"), human_count(use.objects, "object", "objects"))});
    const bool has_new =
        std::any_of(report.groups.begin(), report.groups.end(), [](const Group& group) {
            return has_row(group) && group.change == Change::fresh;
        });
    if (use.not_in_file != 0 && has_new)
        lines.push_back({fmt::format("The baseline leaves out {} (--top), which would seem new "
                                     "here; a recording has all.",
                                     human_count(use.not_in_file, "group", "groups")),
                         Ink::yellow});
}

} // namespace

std::string rule_phrase(const SuppressionUse& rule) {
    return fmt::format("{} ({}:{})", escape_for_terminal(rule.name), escape_for_terminal(rule.file),
                       rule.line);
}

std::string over_max_phrase(const SuppressionUse& rule) {
    return fmt::format("{} are more than its max of {}", amount_phrase(rule.objects, rule.bytes),
                       max_phrase(rule));
}

std::vector<KnownLine> known_lines(const Report& report) {
    std::vector<KnownLine> lines;
    add_baseline(lines, report);
    add_hidden(lines, report);
    add_rules(lines, report, SuppressionState::over_max,
              "Suppressions over their max, so not "
              "heeded",
              Ink::red, [](const SuppressionUse& rule) {
                  return fmt::format("{}, {}", rule_phrase(rule), over_max_phrase(rule));
              });
    add_rules(lines, report, SuppressionState::expired, "Suppressions that have expired",
              Ink::yellow, [](const SuppressionUse& rule) {
                  return fmt::format("{} on {}, would hide {}", rule_phrase(rule), rule.expires,
                                     human_count(rule.groups, "row", "rows"));
              });
    add_rules(lines, report, SuppressionState::unused, "Suppressions that match nothing",
              Ink::plain, rule_phrase);
    return lines;
}

} // namespace unfreed
