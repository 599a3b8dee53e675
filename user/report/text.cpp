// SPDX-License-Identifier: BSD-2-Clause
#include "report/text.h"

#include "base/utf8.h"
#include "report/aim_phrase.h"
#include "report/humanize.h"
#include "report/page.h"
#include "report/phrases.h"
#include "report/rows.h"
#include "report/table.h"
#include "report/text_balance.h"
#include "report/text_dentries.h"
#include "report/text_ends.h"
#include "report/text_finding.h"
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

// " 20 times (3 to warm up)"
std::string runs_phrase(const RepeatFacts& repeats) {
    if (repeats.asked == 0)
        return {};
    std::string phrase = " " + human_count(repeats.ended, "time", "times");
    if (repeats.counted() < repeats.asked)
        phrase += fmt::format(" of {}", std::uint64_t{repeats.asked} + repeats.warmup);
    if (repeats.warmup != 0)
        phrase += fmt::format(" ({} to warm up)", std::min(repeats.warmup, repeats.ended));
    return phrase;
}

// "it exited with status 0"; of several runs: "2 failed, the first exited with status 1"
std::string status_phrase(const RepeatFacts& repeats, std::uint32_t status) {
    const std::string phrase = wait_status_phrase(status);
    if (repeats.asked == 0)
        return "it " + phrase;
    return repeats.failed == 0
               ? "each " + phrase
               : fmt::format("{} failed, the first {}", human_count(repeats.failed), phrase);
}

std::string target_phrase(const Report::Trace& trace) {
    if (trace.mode == "run")
        return "Ran " + command_phrase(trace.command) + runs_phrase(trace.repeats);
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
        what += "; " + status_phrase(trace.repeats, *trace.command_status);
    else if (trace.mode == "run" && trace.repeats.asked == 0)
        what += "; it still runs";
    page.paragraph(what, {0, 2});
    std::vector<std::string> settings{"classes: " + join(trace.classes, ", "),
                                      trace.min_age_ns == 0 ? "objects of any age"
                                                            : "objects older than " +
                                                                  human_duration(trace.min_age_ns),
                                      "stacks: " + escape_for_terminal(trace.stacks)};
    page.pieces(settings, {0, 2});
    if (!trace.aim.empty())
        page.paragraph(aim_phrase(trace.aim), {0, 2}, Ink::yellow);
    if (trace.sample.one_in > 1)
        page.paragraph(sample_phrase(trace.sample), {0, 2}, Ink::yellow);
    if (const std::string tcp = report.tcp ? tcp_phrase(*report.tcp) : ""; !tcp.empty())
        page.paragraph(tcp, {0, 2}, Ink::yellow);
}

// "300 POSIX timers and 132 other mnt_cache"
std::string not_judged_phrase(const NotJudged& one) {
    const std::string cache = one.cache.empty() ? "unknown" : escape_for_terminal(one.cache);
    if (one.things == 0)
        return fmt::format("{} {}", human_count(one.objects), cache);
    const std::string things =
        fmt::format("{} {}", human_count(one.things), escape_for_terminal(one.thing));
    const std::uint64_t others = one.objects - std::min(one.things, one.objects);
    return others == 0 ? things
                       : fmt::format("{} and {} other {}", things, human_count(others), cache);
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
            caches += (i == 0 ? "" : ", ") + not_judged_phrase(one);
    }
    if (report.not_judged.size() > kNamed)
        caches += fmt::format(" and {} more", report.not_judged.size() - kNamed);
    page.paragraph(fmt::format("Not judged: {} in {} whose frees this host hides ({}). They may be "
                               "dead; only the JSON report lists them.",
                               human_count(objects, "object", "objects"),
                               human_count(report.not_judged.size(), "cache", "caches"), caches));
}

void write_watched(Page& page, const Report& report) {
    const Totals& totals = report.totals;
    const char* about = report.trace.sample.one_in > 1 ? "≈ " : "";
    page.paragraph(fmt::format("{}{} and {}{} were watched; {}{} outstanding.", about,
                               human_count(totals.births, "birth", "births"), about,
                               human_count(totals.deaths, "death", "deaths"), about,
                               human_count(totals.outstanding, "object is", "objects are")),
                   {0, 2});
}

void write_rows(Page& page, const Report& report, const GroupRefs& rows, bool all) {
    if (rows.empty())
        return;
    page.blank();
    write_overview(page, rows);
    const std::uint64_t omitted = all ? report.groups_omitted : report.look_omitted;
    if (omitted != 0)
        page.line(fmt::format("... {} not shown (--top)",
                              human_count(omitted, "more origin", "more origins")));
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
        return fmt::format("The counts are complete; of {} no call stack is known.",
                           human_count(no_stack->count, "object", "objects"));
    const bool noticed = std::any_of(losses.begin(), losses.end(), [](const Loss& loss) {
        return loss.count != 0 && loss.severity == Severity::notice;
    });
    return noticed ? "The counts are complete; some details are missing (--all)."
                   : "Complete: nothing was lost.";
}

bool is_grave(const Loss& loss) {
    return loss.count != 0 && loss.severity >= Severity::data_loss;
}

void write_loss(Page& page, const Loss& loss) {
    constexpr std::size_t kSeverityWidth = 13;
    page.labelled(fmt::format("  {:<{}}", severity_phrase(loss.severity), kSeverityWidth),
                  human_count(loss.count) + " " + escape_for_terminal(loss.meaning),
                  is_grave(loss) ? Ink::red : Ink::plain);
}

void write_completeness(Page& page, const Report& report, bool all) {
    page.blank();
    const bool answer_may_differ =
        std::any_of(report.losses.begin(), report.losses.end(), is_grave);
    if (report.complete)
        page.line(complete_phrase(report.losses), Ink::bold);
    else if (answer_may_differ)
        page.paragraph("INCOMPLETE: what was lost may change these numbers:", {0, 2}, Ink::red);
    else
        page.paragraph("INCOMPLETE: not everything could be watched (--all).", {0, 2}, Ink::red);
    for (const Loss& loss : report.losses)
        if (is_grave(loss))
            write_loss(page, loss);
    if (!all)
        page.paragraph("--all lists every origin, what this host cannot show, and all else that is "
                       "known; --format json has the same.");
}

void write_losses(Page& page, const Report& report) {
    const auto counted = [](const Loss& loss) { return loss.count != 0; };
    if (std::none_of(report.losses.begin(), report.losses.end(), counted))
        return;
    page.blank();
    page.line("How far to trust these numbers", Ink::bold);
    for (const Loss& loss : report.losses)
        if (counted(loss))
            write_loss(page, loss);
}

} // namespace

std::string to_text(const Report& report, const TextOptions& options) {
    Page page(std::max<std::size_t>(options.width, 40), options.color);
    GroupRefs rows = rows_to_show(report);
    write_header(page, report);
    write_finding(page, report, rows);
    if (options.all)
        std::copy_if(report.groups.begin(), report.groups.end(), std::back_inserter(rows),
                     [](const Group& group) { return group.judged && !has_row(group); });
    write_rows(page, report, rows, options.all);
    page.blank();
    write_beside(page, report);
    write_known(page, report);
    write_ends(page, report, options.all);
    if (report.memory)
        write_balance(page, *report.memory);
    write_alive(page, report);
    write_watched(page, report);
    write_not_judged(page, report);
    write_completeness(page, report, options.all);
    // Of what the kernel takes back by itself the row says enough.
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (options.all || rows[i].get().verdict != Verdict::cached)
            write_group(page, report, rows[i], i + 1);
    if (report.reclaim)
        page.blank();
    write_reclaim(page, report);
    if (options.all) {
        page.blank();
        write_dentries(page, report);
        write_sockets(page, report);
        write_coverage(page, report.coverage);
    }
    if (options.all)
        write_notes(page, report);
    if (options.all)
        write_losses(page, report);
    return page.take();
}

} // namespace unfreed
