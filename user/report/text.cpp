// SPDX-License-Identifier: BSD-2-Clause
#include "report/text.h"

#include "base/utf8.h"
#include "report/humanize.h"
#include "report/page.h"
#include "report/phrases.h"
#include "report/table.h"
#include "report/text_dentries.h"
#include "report/text_group.h"
#include "report/text_sockets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace unfreed {
namespace {

std::string join(const std::vector<std::string>& words, std::string_view separator) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : std::string(separator)) + escape_for_terminal(word);
    return text;
}

std::string target_phrase(const Report::Trace& trace) {
    if (trace.mode == "run")
        return "Ran " + command_phrase(trace.command);
    if (trace.mode == "pid") {
        std::vector<std::string> pids;
        for (std::uint32_t pid : trace.targets)
            pids.push_back(std::to_string(pid));
        return fmt::format("Traced {} {}", pids.size() == 1 ? "process" : "processes",
                           join(pids, ", "));
    }
    return trace.mode == "replay" ? "Replayed a recording" : "Traced the whole host";
}

void write_header(Page& page, const Report& report) {
    const Report::Trace& trace = report.trace;
    page.pieces({"unfreed " + escape_for_terminal(report.tool.version),
                 escape_for_terminal(report.host.hostname),
                 "Linux " + escape_for_terminal(report.host.kernel_release) + " " +
                     escape_for_terminal(report.host.arch)},
                {0, 2}, Ink::bold);
    std::string what =
        fmt::format("{} for {}", target_phrase(trace), human_duration(trace.duration_ns));
    if (!trace.started_at.empty())
        what += ", from " + escape_for_terminal(trace.started_at);
    if (trace.command_status)
        what += "; it " + wait_status_phrase(*trace.command_status);
    else if (trace.mode == "run")
        what += "; it still runs";
    page.paragraph(what, {0, 2});
    std::vector<std::string> settings{"classes: " + join(trace.classes, ", "),
                                      trace.min_age_ns == 0 ? "objects of any age"
                                                            : "objects older than " +
                                                                  human_duration(trace.min_age_ns),
                                      "stacks: " + escape_for_terminal(trace.stacks)};
    page.pieces(settings, {0, 2});
    if (trace.sample.one_in > 1)
        page.paragraph(sample_phrase(trace.sample), {0, 2}, Ink::yellow);
    if (const std::string tcp = report.tcp ? tcp_phrase(*report.tcp) : ""; !tcp.empty())
        page.paragraph(tcp, {0, 2}, Ink::yellow);
}

// Caches whose objects may be dead without a trace: one sentence, whatever their groups say.
void write_not_judged(Page& page, const Report& report) {
    constexpr std::size_t kNamed = 4;
    if (report.not_judged.empty())
        return;
    std::uint64_t objects = 0;
    std::string caches;
    for (std::size_t i = 0; i < report.not_judged.size(); ++i) {
        const NotJudged& one = report.not_judged[i];
        objects += one.objects;
        if (i < kNamed)
            caches += fmt::format("{}{} {}", i == 0 ? "" : ", ", human_count(one.objects),
                                  one.cache.empty() ? "unknown" : escape_for_terminal(one.cache));
    }
    if (report.not_judged.size() > kNamed)
        caches += fmt::format(" and {} more", report.not_judged.size() - kNamed);
    page.paragraph(fmt::format("Not judged: {} in {} whose frees this host hides ({}). They may be "
                               "dead; only the JSON report lists them.",
                               human_count(objects, "object", "objects"),
                               human_count(report.not_judged.size(), "cache", "caches"), caches));
}

void write_totals(Page& page, const Report& report, std::size_t judged_groups) {
    const Totals& totals = report.totals;
    const auto count = [&](std::uint64_t number, std::string_view one, std::string_view many) {
        return (report.trace.sample.one_in > 1 ? "≈ " : "") + human_count(number, one, many);
    };
    const std::string watched = fmt::format(
        "{} and {} were watched in {}.", count(totals.births, "birth", "births"),
        count(totals.deaths, "death", "deaths"), human_duration(report.trace.duration_ns));
    const std::string young = report.young_objects == 0
                                  ? ""
                                  : fmt::format(" {} younger than {}, too early to say.",
                                                count(report.young_objects, "more is", "more are"),
                                                human_duration(report.trace.min_age_ns));
    page.blank();
    if (judged_groups != 0) {
        const std::uint64_t groups = judged_groups + report.groups_omitted;
        page.paragraph(fmt::format("{} outstanding from {}. {}{}",
                                   count(totals.outstanding, "object is", "objects are"),
                                   human_count(groups, "origin", "origins"), watched, young));
        return;
    }
    // "more" than nothing reads badly.
    if (report.young_objects != 0)
        page.paragraph(fmt::format("Nothing older than {} is outstanding; {} younger, too early to "
                                   "say. {}",
                                   human_duration(report.trace.min_age_ns),
                                   count(report.young_objects, "object is", "objects are"),
                                   watched),
                       {}, Ink::bold);
    else
        page.paragraph("Nothing is outstanding: " + watched, {}, Ink::bold);
    if (totals.births == 0)
        page.paragraph("No birth at all was seen: was the program at work? \"unfreed doctor\" "
                       "tells whether the hooks are.",
                       {}, Ink::yellow);
}

void write_groups(Page& page, const Report& report, const std::vector<Group>& groups) {
    if (groups.empty())
        return;
    page.blank();
    write_overview(page, groups);
    if (report.groups_omitted != 0)
        page.line(fmt::format("... {} not shown (--top)",
                              human_count(report.groups_omitted, "more origin", "more origins")));
    for (std::size_t i = 0; i < groups.size(); ++i)
        write_group(page, report, groups[i], i + 1);
}

std::string coverage_remark(const Coverage& row) {
    if (!row.reliable)
        return "not reliable: " + escape_for_terminal(row.reason);
    return escape_for_terminal(row.reason);
}

// A bad ratio says nothing where the two differ by less than the kernel's count may be wrong, or
// where the count is of something else that a report moves too: /proc/net/sockstat has sockets in
// descriptors only. Nor does the ratio of a growth to a loss.
std::string agreement(const Coverage& row) {
    constexpr double kGood = 0.95;
    if (row.kernel_delta && row.ratio.value_or(0) < kGood) {
        const std::int64_t difference = row.traced_delta - *row.kernel_delta;
        const auto apart = static_cast<std::uint64_t>(difference < 0 ? -difference : difference);
        if (row.uncertainty != 0 && apart <= row.uncertainty)
            return "within ±" + human_count(row.uncertainty);
        if (row.ratio && (row.cache.starts_with('/') || *row.ratio == 0))
            return human_count(apart) + " apart";
    }
    return human_ratio(row.ratio);
}

void write_coverage(Page& page, const std::vector<Coverage>& coverage) {
    const auto hidden = static_cast<std::uint64_t>(std::count_if(
        coverage.begin(), coverage.end(), [](const Coverage& row) { return !row.relevant; }));
    if (coverage.empty())
        return;
    using enum Table::Align;
    Table table({{"CACHE", left, 5},
                 {"CLASS"},
                 {"TRACED", right},
                 {"KERNEL", right},
                 {"AGREE", right},
                 {"", left, 5}});
    for (const Coverage& row : coverage)
        if (row.relevant)
            table.add_row(
                {escape_for_terminal(row.cache), escape_for_terminal(row.object_class),
                 human_delta(row.traced_delta),
                 row.kernel_delta ? human_delta(*row.kernel_delta) : std::string(kUnknown),
                 agreement(row), coverage_remark(row)});
    page.blank();
    page.line("Growth against the kernel's own counts", Ink::bold);
    if (!table.empty())
        for (const std::string& line : table.lines(page.width() - 2))
            page.line("  " + line);
    if (hidden != 0)
        page.line(fmt::format("  ... {} not shown (--format json)",
                              human_count(hidden, "more count", "more counts")));
}

void write_notes(Page& page, const Report& report) {
    const auto is_missing = [](const HookReport& hook) { return hook.attached_as == "none"; };
    if (report.notes.empty() && std::none_of(report.hooks.begin(), report.hooks.end(), is_missing))
        return;
    page.blank();
    page.line("What this host cannot show", Ink::bold);
    for (const std::string& note : report.notes)
        page.labelled("  - ", escape_for_terminal(note));
    // Most often one reason stands behind all of them: say it once.
    std::vector<std::pair<std::string, std::string>> by_reason;
    for (const HookReport& hook : report.hooks) {
        if (!is_missing(hook))
            continue;
        const std::string reason = hook.reason.empty() ? "no hook could be attached" : hook.reason;
        const std::string what = hook.object_class + " " + hook.stage;
        auto same = std::find_if(by_reason.begin(), by_reason.end(),
                                 [&](const auto& entry) { return entry.first == reason; });
        if (same == by_reason.end())
            by_reason.emplace_back(reason, what);
        else
            same->second += ", " + what;
    }
    for (const auto& [reason, what] : by_reason)
        page.labelled("  - ", fmt::format("not seen: {} ({})", escape_for_terminal(what),
                                          escape_for_terminal(reason)));
}

// Nothing that could change a count was lost; perhaps something that is told of the objects was.
std::string complete_phrase(const std::vector<Loss>& losses) {
    const auto no_stack = std::find_if(losses.begin(), losses.end(), [](const Loss& loss) {
        return loss.counter == "objects_without_origin";
    });
    if (no_stack != losses.end() && no_stack->count != 0)
        return fmt::format("The counts are complete; of {} no call stack is known (above).",
                           human_count(no_stack->count, "object", "objects"));
    const bool noticed = std::any_of(losses.begin(), losses.end(), [](const Loss& loss) {
        return loss.count != 0 && loss.severity == Severity::notice;
    });
    return noticed ? "The counts are complete; some details are missing (above)."
                   : "Complete: nothing was lost.";
}

void write_losses(Page& page, const Report& report) {
    constexpr std::size_t kSeverityWidth = 13;
    page.blank();
    const auto counted = [](const Loss& loss) { return loss.count != 0; };
    if (std::any_of(report.losses.begin(), report.losses.end(), counted))
        page.line("How far to trust these numbers", Ink::bold);
    bool answer_may_differ = false;
    for (const Loss& loss : report.losses) {
        if (loss.count == 0)
            continue;
        const bool grave = loss.severity >= Severity::data_loss;
        answer_may_differ |= grave;
        page.labelled(fmt::format("  {:<{}}", severity_phrase(loss.severity), kSeverityWidth),
                      human_count(loss.count) + " " + escape_for_terminal(loss.meaning),
                      grave ? Ink::red : Ink::plain);
    }
    if (report.complete)
        page.line(complete_phrase(report.losses), Ink::bold);
    else if (answer_may_differ)
        page.paragraph("INCOMPLETE: what was lost (above) may change these numbers.", {0, 2},
                       Ink::red);
    else
        page.paragraph("INCOMPLETE: not everything could be watched (see above).", {0, 2},
                       Ink::red);
}

} // namespace

std::string to_text(const Report& report, const TextOptions& options) {
    Page page(std::max<std::size_t>(options.width, 40), options.color);
    write_header(page, report);
    std::vector<Group> judged;
    std::copy_if(report.groups.begin(), report.groups.end(), std::back_inserter(judged),
                 [](const Group& group) { return group.judged; });
    write_totals(page, report, judged.size());
    write_not_judged(page, report);
    write_dentries(page, report);
    write_reclaim(page, report);
    write_groups(page, report, judged);
    write_sockets(page, report);
    write_coverage(page, report.coverage);
    write_notes(page, report);
    write_losses(page, report);
    return page.take();
}

} // namespace unfreed
