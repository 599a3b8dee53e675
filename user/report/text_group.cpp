// SPDX-License-Identifier: BSD-2-Clause
#include "report/text_group.h"

#include "base/utf8.h"
#include "report/humanize.h"
#include "report/phrases.h"
#include "report/site.h"
#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace unfreed {
namespace {

constexpr std::size_t kFramesShown = 24;
constexpr std::size_t kGivenUpFramesShown = 8;
constexpr std::size_t kProcessesShown = 5;
constexpr std::size_t kObjectsShown = 3;
constexpr std::size_t kIndent = 4;
constexpr std::size_t kLabelWidth = 10; // of "Verdict:" and its like
constexpr std::size_t kFrameIndent = 6;

void labelled(Page& page, std::string_view label, std::string_view text) {
    if (!text.empty())
        page.labelled(
            fmt::format("{:{}}{:<{}}", "", kIndent, fmt::format("{}:", label), kLabelWidth), text);
}

std::string age_phrase(const Group& group) {
    if (!group.age_ns)
        return {};
    const std::string youngest = human_duration(group.age_ns->min);
    const std::string oldest = human_duration(group.age_ns->max);
    return youngest == oldest ? "age " + oldest : fmt::format("age {} .. {}", youngest, oldest);
}

std::string verdict_phrase(const Group& group) {
    if (group.verdict == Verdict::live && group.kind.empty() && !group.confidence)
        return {};
    std::string phrase(to_string(group.verdict));
    if (!group.kind.empty() && group.kind != phrase)
        phrase += fmt::format(", {}", escape_for_terminal(group.kind));
    if (group.confidence)
        phrase += fmt::format(", confidence {:.0f} %", *group.confidence * 100);
    return phrase;
}

std::string plural_of(const Companion& companion) {
    const std::string_view plural = card_of(companion.object_class).plural;
    return std::string(plural.empty() ? to_string(companion.object_class) : plural);
}

// Each cache once.
std::vector<std::pair<std::string, std::uint64_t>> companions_by_name(const Group& group) {
    std::vector<std::pair<std::string, std::uint64_t>> names;
    for (const Companion& one : group.companions) {
        std::string name = one.cache.empty() ? plural_of(one) : escape_for_terminal(one.cache);
        const auto known = std::find_if(names.begin(), names.end(),
                                        [&](const auto& entry) { return entry.first == name; });
        if (known == names.end())
            names.emplace_back(std::move(name), one.count);
        else
            known->second += one.count;
    }
    return names;
}

std::string companions_phrase(const Group& group) {
    constexpr std::size_t kShown = 6;
    auto names = companions_by_name(group);
    const std::size_t shown = std::min(names.size(), kShown);
    if (names.size() > kShown)
        std::stable_sort(names.begin(), names.end(), [](const auto& one, const auto& other) {
            return one.second > other.second;
        });
    std::string text;
    std::uint64_t objects = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        objects += names[i].second;
        if (i < shown)
            text += fmt::format("{}{} {}", i == 0 ? "" : ", ", human_count(names[i].second),
                                names[i].first);
    }
    if (names.size() == shown)
        return text;
    return text + fmt::format(" and {} more: {} in all", human_count(names.size() - shown),
                              human_count(objects, "object", "objects"));
}

std::string base_name(std::string_view path) {
    return escape_for_terminal(path.substr(path.find_last_of('/') + 1));
}

// What stands behind the name of the function: " [module]  file:line (inlined)".
std::string frame_place(const Frame& frame, bool full_paths) {
    const auto path = [full_paths](std::string_view name) {
        return full_paths ? escape_for_terminal(name) : base_name(name);
    };
    std::string place;
    if (!frame.module.empty() && frame.module != "vmlinux")
        place += fmt::format(" [{}]", path(frame.module));
    if (!frame.file.empty())
        place += fmt::format("  {}{}", path(frame.file),
                             frame.line ? fmt::format(":{}", *frame.line) : "");
    if (frame.inlined)
        place += " (inlined)";
    return place;
}

// Where a line is too long, first the directories give way, then the middle of the function's name
// (of C++ the part that tells least), then the rest.
std::string frame_line(const Frame& frame, std::size_t width) {
    constexpr std::size_t kShortestName = 30;
    std::string name = escape_for_terminal(frame.function);
    std::string offset = fmt::format("+{:#x}", frame.offset);
    if (frame.function.empty() && !frame.module.starts_with('/'))
        offset = frame.address != 0 ? fmt::format("{:#x}", frame.address) // in no file: an offset
                                    : std::string(kUnknown);              // would say nothing
    std::string place = frame_place(frame, true);
    const std::size_t name_width = std::min(display_width(name), kShortestName);
    if (name_width + offset.size() + display_width(place) > width)
        place = frame_place(frame, false);
    const std::size_t rest = offset.size() + display_width(place);
    name = cut_middle(name, std::max(name_width, width - std::min(rest, width)));
    return cut_middle(name + offset + place, width);
}

void write_stack(Page& page, std::string_view title, std::span<const Frame> stack,
                 std::size_t frames_shown = kFramesShown) {
    page.paragraph(title, {kIndent, kIndent + 2});
    const std::string indent(kFrameIndent, ' ');
    for (const Frame& frame : stack.first(std::min(stack.size(), frames_shown)))
        page.line(indent + frame_line(frame, page.width() - kFrameIndent));
    if (stack.size() > frames_shown)
        page.line(fmt::format("{}... {} more", indent, stack.size() - frames_shown));
}

std::string inferred(const Group& group) {
    const StackChecks& checks = group.stack_checks;
    return fmt::format(" (inferred: the own stacks of {} of {} objects were read; of {} births "
                       "checked {} had this one)",
                       human_count(checks.objects), human_count(group.count),
                       human_count(checks.births), human_count(checks.births - checks.differed));
}

void write_stacks(Page& page, const Group& group) {
    std::string title = "Kernel stack, innermost first";
    if (group.stack_quality == "inferred")
        title += inferred(group);
    if (group.kernel_stack.empty())
        labelled(page, "Stack", "not known: it could not be read, or the record of it was lost");
    else
        write_stack(page, title + ":", group.kernel_stack);
    if (!group.user_stack.empty())
        write_stack(page,
                    group.user_stack_by == "unwind_tables"
                        ? "User stack, of one birth, by unwind tables:"
                        : "User stack:",
                    group.user_stack);
}

// Where the memory that waits was given to RCU: who asks why it is still there begins there.
void write_given_up(Page& page, const std::optional<GivenUp>& given_up) {
    if (!given_up)
        return;
    const std::string by =
        given_up->pid ? fmt::format("{}[{}]", escape_for_terminal(given_up->comm), given_up->pid)
                      : escape_for_terminal(given_up->context);
    if (given_up->kernel_stack.empty())
        page.paragraph(fmt::format("Given up by: {}; its stack could not be read", by),
                       {kIndent, kIndent + 2});
    else
        write_stack(page, fmt::format("Given up by: {}, kernel stack, innermost first:", by),
                    given_up->kernel_stack, kGivenUpFramesShown);
}

void write_processes(Page& page, const Group& group) {
    const std::size_t shown = std::min(group.processes.size(), kProcessesShown);
    for (std::size_t i = 0; i < shown; ++i) {
        const ReportProcess& process = group.processes[i];
        std::string text = fmt::format("{}[{}]", escape_for_terminal(process.comm), process.pid);
        if (!process.alive)
            text += " (ended)";
        if (group.processes.size() > 1)
            text += fmt::format(" has {}", human_count(process.count));
        if (!process.exe.empty())
            text += fmt::format(", {}", escape_for_terminal(process.exe));
        if (!process.container.empty())
            text += fmt::format(", container {}", escape_for_terminal(process.container));
        if (!process.cgroup.empty() && process.cgroup != "/")
            text += fmt::format(", cgroup {}", escape_for_terminal(process.cgroup));
        labelled(page, i == 0 ? "Process" : "and", text);
    }
    if (group.processes.size() > shown)
        labelled(page, "and",
                 human_count(group.processes.size() - shown, "more process", "more processes"));
}

std::string fds_phrase(const ReportHolder& holder) {
    std::string text;
    for (const std::uint32_t fd : holder.fds)
        text += fmt::format("{}{}", text.empty() ? " fd " : ", ", fd);
    if (holder.fds.size() < holder.objects && !holder.fds.empty())
        text += ", ...";
    for (const std::string& way : holder.ways)
        if (way != "fd")
            text += " " + way;
    return text;
}

void write_holders(Page& page, const Group& group) {
    const std::size_t shown = std::min(group.holders.size(), kProcessesShown);
    for (std::size_t i = 0; i < shown; ++i) {
        const ReportHolder& holder = group.holders[i];
        labelled(page, i == 0 ? "Held by" : "and",
                 fmt::format("{}[{}]: {}{}", escape_for_terminal(holder.comm), holder.pid,
                             human_count(holder.objects), fds_phrase(holder)));
    }
    if (group.holders.size() > shown)
        labelled(page, "and",
                 human_count(group.holders.size() - shown, "more process", "more processes"));
    // Of those that are freed by now there is nothing to hold.
    if (group.held == 0 && group.age_ns && group.object_class == ObjectClass::socket)
        labelled(page, "Held by", "no process (as far as descriptors and directories tell)");
}

std::string address_phrase(std::uint64_t address, std::string_view addresses) {
    if (address == 0)
        return "an object";
    return addresses == "hashed" ? fmt::format("object {:016x} (hash)", address)
                                 : fmt::format("{:#x}", address);
}

void write_objects(Page& page, const Group& group, std::string_view addresses) {
    const std::size_t shown = std::min(group.objects.size(), kObjectsShown);
    for (std::size_t i = 0; i < shown; ++i) {
        const ReportObject& object = group.objects[i];
        std::string text = fmt::format("{}, age {}", address_phrase(object.address, addresses),
                                       human_duration(object.age_ns));
        for (const auto& [name, value] : object.details)
            text += fmt::format(", {} {}", escape_for_terminal(name), escape_for_terminal(value));
        for (const auto& [stage, age_ns] : object.stages)
            // That a socket has a file is told by its references.
            if (age_ns || stage != "fd_installed")
                text += fmt::format(", {} {}", escape_for_terminal(stage),
                                    age_ns ? human_duration(*age_ns) + " ago" : "(time unknown)");
        labelled(page, i == 0 ? "Oldest" : "and", text);
    }
}

} // namespace

void write_overview(Page& page, const GroupRefs& groups) {
    using enum Table::Align;
    const bool wide = page.width() >= 100;
    std::vector<Table::Column> columns{
        {"#", right}, {"VERDICT"}, {"COUNT", right}, {"PER HOUR", right}};
    if (wide)
        columns.insert(columns.end(), {{"GROWTH", right}, {"OLDEST", right}, {"SIZE", right}});
    columns.insert(columns.end(), {{"WHAT", left, 5}, {"PROCESS", left, 5}, {"MADE BY", left, 5}});
    Table table(columns);
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const Group& group = groups[i];
        std::vector<std::string> row{std::to_string(i + 1), verdict_word(group),
                                     (group.estimated ? "≈ " : "") + human_count(group.count),
                                     per_hour_phrase(group)};
        if (wide)
            row.insert(row.end(), {human_rate(group.growth_per_s),
                                   group.age_ns ? human_duration(group.age_ns->max)
                                                : "-", // none is alive any more
                                   human_bytes(bytes_of_all(group))});
        row.insert(row.end(), {what_phrase(group), process_phrase(group),
                               escape_for_terminal(allocation_site(group.kernel_stack))});
        table.add_row(std::move(row));
    }
    const std::vector<std::string> lines = table.lines(page.width());
    for (std::size_t i = 0; i < lines.size(); ++i)
        page.line(lines[i], i == 0 ? Ink::bold : verdict_ink(groups[i - 1].get().verdict));
}

void write_group(Page& page, const Report& report, const Group& group, std::size_t rank) {
    page.blank();
    const std::string rate = human_rate(group.growth_per_s);
    const std::string bytes = human_bytes(bytes_of_all(group));
    page.pieces({fmt::format("[{}] {} {}", rank, objects_phrase(group), fate_phrase(group)),
                 process_phrase(group), rate == kUnknown ? "" : rate, age_phrase(group),
                 bytes == kUnknown ? "" : bytes},
                {0, kIndent}, verdict_ink(group.verdict));
    labelled(page, "Why", evidence_phrase(group, report.trace.duration_ns));
    if (!group.facts.sentence.empty())
        labelled(page, "Numbers", escape_for_terminal(group.facts.sentence));
    if (!group.facts.structure_reason.empty())
        labelled(page, "Kernel", escape_for_terminal(group.facts.structure_reason));
    labelled(page, "At exit", exit_phrase(group));
    labelled(page, "Verdict", verdict_phrase(group));
    if (!group.missing_stage.empty())
        labelled(page, "Missing", missing_stage_phrase(group.missing_stage));
    labelled(page, "With it", companions_phrase(group));
    labelled(page, "Advice", escape_for_terminal(group.advice));
    labelled(page, "Where", where_phrase(group));
    if (group.reclaim)
        labelled(page, "Reclaim",
                 fmt::format("{} went when the kernel freed its cache, {} stayed",
                             human_count(group.reclaim->reclaimed),
                             human_count(group.reclaim->remaining)));
    labelled(page, "Names", escape_for_terminal(group.pattern));
    write_processes(page, group);
    write_holders(page, group);
    if (group.context != "process")
        labelled(page, "Made in", escape_for_terminal(group.context));
    write_stacks(page, group);
    write_given_up(page, group.given_up_by);
    write_objects(page, group, report.trace.kernel_addresses);
    labelled(page, "Id", group.id);
}

} // namespace unfreed
