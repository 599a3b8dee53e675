// SPDX-License-Identifier: BSD-2-Clause
#include "report/text_finding.h"

#include "base/utf8.h"
#include "report/humanize.h"
#include "report/known_lines.h"
#include "report/phrases.h"
#include "report/rows.h"
#include "report/table.h"
#include "report/text_balance.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace unfreed {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array kReasons{
    Pair{"reclaimable", "cache, which the kernel takes back when it needs memory"},
    Pair{"allocators-own", "the allocator's own: follows its slabs"},
    Pair{"pool", "kept for use again, or ending by themselves"},
    Pair{"in-use", "in use by living processes, and not growing"},
    Pair{"stopped", "came and stay, but no more come"},
    Pair{"kept", "came at one moment or in steps, and stay"},
    Pair{"replacing", "took the place of as many older ones"},
    Pair{"no-growth", "no sign of a leak in their numbers"},
    Pair{"too-few", "too few of one origin to tell by numbers"},
    Pair{"companions", "come with the rows above"},
    Pair{"few-repeats", "grew in fewer than four of five repeats"},
    Pair{"few-at-exit", "what every process has until it ends"},
};

std::string_view reason_phrase(std::string_view reason) {
    const auto found = std::find_if(kReasons.begin(), kReasons.end(),
                                    [&](const Pair& pair) { return pair.first == reason; });
    return found == kReasons.end() ? reason : found->second;
}

bool ends_with_its_processes(const Report& report) {
    return report.trace.mode == "run";
}

std::uint64_t count_of(const GroupRefs& rows, Attention attention) {
    return static_cast<std::uint64_t>(std::count_if(
        rows.begin(), rows.end(), [&](const Group& row) { return row.attention == attention; }));
}

std::string more_phrase(std::uint64_t others) {
    return others == 0 ? "."
                       : fmt::format("; {} below.", human_count(others, "more is", "more are"));
}

// "50 TCP sockets of node[12] in CLOSE-WAIT".
std::string sockets_phrase(const SocketGroup& group) {
    std::string text =
        fmt::format("{} {} {}", human_count(group.count),
                    escape_for_terminal(group.name.empty() ? group.family : group.name),
                    group.count == 1 ? "socket" : "sockets");
    if (!group.processes.empty()) {
        const ReportProcess& first = group.processes.front();
        text += fmt::format(" of {}[{}]", escape_for_terminal(first.comm), first.pid);
        if (group.processes.size() > 1)
            text += fmt::format(" +{}", human_count(group.processes.size() - 1));
    }
    return text + " in " + escape_for_terminal(group.state);
}

// The most frequent first: one socket whose queue is full this moment has more memory than a pile
// that nobody closes, and may be empty the next.
std::vector<const SocketGroup*> telling_groups(const SocketSection& section) {
    std::vector<const SocketGroup*> telling;
    for (const SocketGroup& group : section.groups)
        if (is_told(group))
            telling.push_back(&group);
    std::stable_sort(
        telling.begin(), telling.end(),
        [](const SocketGroup* one, const SocketGroup* other) { return one->count > other->count; });
    return telling;
}

// What no trace can have seen the beginning of, and still says that there is a leak; empty:
// nothing. A queue that is full this moment may be empty the next.
std::string older_phrase(const Report& report) {
    const auto first = [](const std::optional<SocketSection>& section) -> const SocketGroup* {
        if (!section)
            return nullptr;
        const std::vector<const SocketGroup*> telling = telling_groups(*section);
        const auto found =
            std::find_if(telling.begin(), telling.end(),
                         [](const SocketGroup* group) { return group->kind != "buffer-hog"; });
        return found == telling.end() ? nullptr : *found;
    };
    const auto kind_of = [](const SocketGroup& group) {
        return fmt::format("{}, {}", sockets_phrase(group), kind_phrase(group.kind));
    };
    if (const SocketGroup* group = first(report.pre_attach_sockets))
        return "look at what is older: " + kind_of(*group);
    if (const SocketGroup* group = first(report.hidden_sockets))
        return "look at what ss does not show: " + kind_of(*group);
    return {};
}

// What is said where no row is leaking or suspect.
void write_no_leak(Page& page, const Report& report, const GroupRefs& rows) {
    const std::uint64_t look = rows.size() + report.look_omitted;
    const bool hides = hides_rows(report);
    if (ends_with_its_processes(report)) {
        if (look == 0)
            page.paragraph(fmt::format("Nothing {}is outstanding that a program has to give back.",
                                       hides ? "but what is known " : ""),
                           {}, Ink::bold);
        else
            page.paragraph("Not given back: " + leak_phrase(rows.front()) + more_phrase(look - 1),
                           {0, 2}, Ink::bold);
        return;
    }
    const std::string older = older_phrase(report);
    const bool pages = report.memory && pages_were_lost(*report.memory);
    std::string text = fmt::format("Nothing {}leaks, as far as {} can tell",
                                   hides                     ? "but what is known "
                                   : older.empty() && !pages ? ""
                                                             : "new ",
                                   human_duration(report.trace.duration_ns));
    if (!older.empty())
        text += ", but " + older;
    if (pages)
        text += fmt::format(
            "{} kernel code took {} of pages that no slab shows", older.empty() ? ", but" : ";",
            human_bytes(static_cast<std::uint64_t>(unaccounted_growth(*report.memory))));
    if (look != 0)
        text += fmt::format("{} {} a look: {}", older.empty() && !pages ? ", but" : ";",
                            human_count(look, "row deserves", "rows deserve"),
                            leak_phrase(rows.front()));
    page.paragraph(text + ".", {0, 2}, older.empty() && !pages ? Ink::bold : Ink::yellow);
}

std::string remotes_phrase(const SocketGroup& group) {
    std::string text;
    for (const RemoteCount& remote : group.remotes)
        text += fmt::format("{}{} ({})", text.empty() ? "; remote " : ", ",
                            escape_for_terminal(remote.address), human_count(remote.sockets));
    if (group.remotes_omitted != 0)
        text += fmt::format(" and {}", human_count(group.remotes_omitted, "other", "others"));
    return text;
}

// The clauses behind "50 alive; ", which the sentence says already.
std::string_view clauses_of(const SocketGroup& group) {
    const std::string_view evidence = group.evidence;
    const std::size_t at = evidence.find("; ");
    return at == std::string_view::npos ? std::string_view() : evidence.substr(at);
}

void write_telling(Page& page, const std::optional<SocketSection>& section,
                   std::string_view standing) {
    constexpr std::size_t kShown = 3;
    if (!section)
        return;
    const std::vector<const SocketGroup*> telling = telling_groups(*section);
    for (std::size_t i = 0; i < std::min(telling.size(), kShown); ++i) {
        const SocketGroup& group = *telling[i];
        page.paragraph(fmt::format("{}: {}, {}{}{}.", standing, sockets_phrase(group),
                                   kind_phrase(group.kind), remotes_phrase(group),
                                   escape_for_terminal(clauses_of(group))),
                       {0, 2}, Ink::yellow);
    }
    if (telling.size() > kShown)
        page.paragraph(fmt::format("{}: {} (--all).", standing,
                                   human_count(telling.size() - kShown, "more kind", "more kinds")),
                       {0, 2}, Ink::yellow);
}

// Who asks about one process has a suspicion already: piles that are no telling state, too.
void write_open(Page& page, const Report& report) {
    constexpr std::uint64_t kPile = 10;
    constexpr std::size_t kShown = 3;
    if (report.trace.mode != "pid" || !report.pre_attach_sockets)
        return;
    std::vector<const SocketGroup*> piles;
    for (const SocketGroup& group : report.pre_attach_sockets->groups)
        if (!is_telling_kind(group.kind) && group.count >= kPile)
            piles.push_back(&group);
    if (piles.empty())
        return;
    std::stable_sort(
        piles.begin(), piles.end(),
        [](const SocketGroup* one, const SocketGroup* two) { return one->count > two->count; });
    std::string text;
    for (const SocketGroup* group : std::span(piles).first(std::min(piles.size(), kShown)))
        text += (text.empty() ? "" : "; ") + sockets_phrase(*group);
    page.paragraph(
        fmt::format("Older than the trace, and open: {}. Whether they are in use is not known.",
                    text),
        {0, 2});
}

// By so much did the kernel count more than was traced, and its count cannot be wrong by that.
std::int64_t beyond_trace(const Coverage& row) {
    constexpr std::int64_t kWorthALine = 1000;
    if (!row.kernel_delta || !row.reliable || row.object_class == "socket")
        return 0;
    const std::int64_t beyond = *row.kernel_delta - row.traced_delta;
    const auto uncertain = static_cast<std::int64_t>(row.uncertainty);
    return beyond > std::max({kWorthALine, uncertain, *row.kernel_delta / 10}) ? beyond : 0;
}

void write_beyond_trace(Page& page, const Report& report) {
    constexpr std::size_t kShown = 3;
    std::vector<const Coverage*> rows;
    for (const Coverage& row : report.coverage)
        if (beyond_trace(row) != 0)
            rows.push_back(&row);
    // After a loss the trace is what is wrong.
    if (rows.empty() || !report.complete)
        return;
    std::stable_sort(rows.begin(), rows.end(), [](const Coverage* a, const Coverage* b) {
        return beyond_trace(*a) > beyond_trace(*b);
    });
    std::string text;
    for (const Coverage* row : std::span(rows).first(std::min(rows.size(), kShown)))
        text += fmt::format("{}{} {} (traced {})", text.empty() ? "" : ", ",
                            escape_for_terminal(row->cache), human_delta(*row->kernel_delta),
                            human_delta(row->traced_delta));
    page.paragraph("The kernel counts more growth than was traced: " + text + ".", {0, 2},
                   Ink::yellow);
}

std::string part_phrase(const AliveSum::Part& part) {
    return fmt::format("{} {}{}", human_count(part.objects), escape_for_terminal(part.what),
                       part.program.empty() ? "" : " of " + escape_for_terminal(part.program));
}

std::string_view sum_reason(const AliveSum& sum, bool ended) {
    return ended && sum.reason == "in-use" ? reason_phrase("few-at-exit")
                                           : reason_phrase(sum.reason);
}

// The reason, and as many of the largest parts as there is room for.
std::string sum_phrase(const AliveSum& sum, bool ended, std::size_t width) {
    std::string text(sum_reason(sum, ended));
    const char* separator = ": ";
    for (const AliveSum::Part& part : sum.largest) {
        const std::string one = separator + part_phrase(part);
        if (display_width(text) + display_width(one) > width)
            break;
        text += one;
        separator = ", ";
    }
    return text;
}

} // namespace

GroupRefs rows_to_show(const Report& report) {
    GroupRefs rows;
    std::copy_if(report.groups.begin(), report.groups.end(), std::back_inserter(rows), has_row);
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Group& a, const Group& b) { return a.attention < b.attention; });
    return rows;
}

void write_finding(Page& page, const Report& report, const GroupRefs& rows) {
    page.blank();
    const std::uint64_t leaking = count_of(rows, Attention::leaking);
    const std::uint64_t suspect = count_of(rows, Attention::suspect);
    if (leaking != 0)
        page.paragraph("Leaking: " + leak_phrase(rows.front()) +
                           more_phrase(rows.size() + report.look_omitted - 1),
                       {0, 2}, Ink::red);
    else if (suspect != 0)
        page.paragraph(fmt::format("Suspect, after {}: {}{}",
                                   human_duration(report.trace.duration_ns),
                                   leak_phrase(rows.front()),
                                   more_phrase(rows.size() + report.look_omitted - 1)),
                       {0, 2}, Ink::yellow);
    else
        write_no_leak(page, report, rows);
    if (report.totals.births == 0)
        page.paragraph("No birth at all was seen: was the program at work? \"unfreed doctor\" "
                       "tells whether the hooks are.",
                       {}, Ink::yellow);
}

void write_beside(Page& page, const Report& report) {
    write_telling(page, report.pre_attach_sockets, "Older than the trace");
    write_open(page, report);
    write_telling(page, report.hidden_sockets, "Not shown by ss");
    write_beyond_trace(page, report);
}

std::string alive_reason_phrase(const Report& report, const AliveSum& sum) {
    return std::string(sum_reason(sum, ends_with_its_processes(report)));
}

void write_known(Page& page, const Report& report) {
    for (const KnownLine& line : known_lines(report))
        page.paragraph(line.text, {0, 2}, line.ink);
}

void write_alive(Page& page, const Report& report) {
    if (report.alive_sums.empty() && report.young_objects == 0)
        return;
    constexpr std::size_t kNumbers = 26; // room for the two columns before the reason
    const bool ended = ends_with_its_processes(report);
    const std::size_t room = page.width() > 2 * kNumbers ? page.width() - kNumbers : kNumbers;
    using enum Table::Align;
    Table table({{"", right}, {"", right}, {"", left, 30}});
    std::uint64_t objects = 0;
    for (const AliveSum& sum : report.alive_sums) {
        objects += sum.objects;
        table.add_row(
            {human_count(sum.objects), human_bytes(sum.bytes), sum_phrase(sum, ended, room)});
    }
    if (report.young_objects != 0)
        table.add_row({human_count(report.young_objects), "",
                       fmt::format("younger than {}, too early to say",
                                   human_duration(report.trace.min_age_ns))});
    page.blank();
    page.paragraph(fmt::format("{}, and why that is all right: {}{}",
                               ended ? "What else it had" : "Alive",
                               report.trace.sample.one_in > 1 ? "≈ " : "",
                               human_count(objects, "object", "objects")),
                   {0, 2}, Ink::bold);
    const std::vector<std::string> lines = table.lines(page.width() - 2);
    for (std::size_t i = 1; i < lines.size(); ++i) // no titles
        page.line("  " + lines[i]);
}

} // namespace unfreed
