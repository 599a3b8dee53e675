// SPDX-License-Identifier: BSD-2-Clause
#include "known/diff.h"

#include "base/utf8.h"
#include "report/ci_finding.h"
#include "report/humanize.h"
#include "report/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace unfreed {
namespace {

using Json = nlohmann::ordered_json;

struct Part {
    Change change;
    std::string_view title;
    Ink ink;
};
constexpr std::array kParts{
    Part{Change::fresh, "New", Ink::red}, Part{Change::grown, "Grown beyond chance", Ink::red},
    Part{Change::turned, "Not more than chance makes, but sure now", Ink::yellow},
    Part{Change::gone, "Gone", Ink::plain}, Part{Change::known, "As before", Ink::plain}};

std::string trace_phrase(const Report& report) {
    std::string text = fmt::format("{}, {}", escape_for_terminal(report.host.hostname),
                                   human_duration(report.trace.duration_ns));
    if (!report.trace.started_at.empty())
        text += ", from " + escape_for_terminal(report.trace.started_at);
    if (!report.complete)
        text += "; incomplete";
    return text;
}

std::string counts_phrase(const OriginChange& change) {
    return fmt::format("{} before, {} after; group {}", human_count(change.before),
                       human_count(change.after), escape_for_terminal(change.id));
}

void write_part(Page& page, const Part& part, const std::vector<OriginChange>& changes) {
    bool first = true;
    for (const OriginChange& change : changes) {
        if (!change.is_told || change.change != part.change)
            continue;
        if (first)
            page.blank();
        if (first)
            page.line(part.title, part.ink == Ink::plain ? Ink::bold : part.ink);
        first = false;
        page.paragraph(finding_headline(*change.group), {2, 4});
        page.paragraph(counts_phrase(change), {4, 4});
        if (part.change != Change::gone && !change.group->evidence.empty())
            page.paragraph(escape_for_terminal(change.group->evidence), {4, 4});
    }
}

// Ids are of one build of a kernel.
void write_warnings(Page& page, const Report& before, const Report& after) {
    if (before.host.kernel_release != after.host.kernel_release)
        page.paragraph(
            fmt::format("The kernels differ ({} and {}): what is one origin there may be "
                        "another one here.",
                        escape_for_terminal(before.host.kernel_release),
                        escape_for_terminal(after.host.kernel_release)),
            {0, 2}, Ink::yellow);
    if (before.groups_omitted != 0 || after.groups_omitted != 0)
        page.paragraph(
            "A report has only its first groups (--top): what it leaves out seems new or "
            "gone. Recordings have all.",
            {0, 2}, Ink::yellow);
}

void write_others(Page& page, const std::vector<OriginChange>& changes) {
    std::array<std::uint64_t, 5> counts{};
    for (const OriginChange& change : changes)
        if (!change.is_told)
            ++counts.at(static_cast<std::size_t>(change.change));
    const auto count = [&](Change change) {
        return human_count(counts.at(static_cast<std::size_t>(change)));
    };
    page.blank();
    page.paragraph(fmt::format("Of origins that need no look, or are no more than chance: {} new, "
                               "{} grown, {} gone, {} as before (--format json).",
                               count(Change::fresh), count(Change::grown), count(Change::gone),
                               count(Change::known)));
}

Json trace_to_json(const Report& report) {
    return {{"hostname", escape_invalid_utf8(report.host.hostname)},
            {"kernel_release", escape_invalid_utf8(report.host.kernel_release)},
            {"started_at", escape_invalid_utf8(report.trace.started_at)},
            {"duration_ns", report.trace.duration_ns},
            {"complete", report.complete},
            {"groups_omitted", report.groups_omitted}};
}

Json change_to_json(const OriginChange& change) {
    const Group& group = *change.group;
    return {{"id", escape_invalid_utf8(change.id)},
            {"change", std::string(to_string(change.change))},
            {"told", change.is_told},
            {"before", change.before},
            {"after", change.after},
            {"attention_before", std::string(to_string(change.attention_before))},
            {"attention_after", std::string(to_string(change.attention_after))},
            {"class", std::string(to_string(group.object_class))},
            {"cache", escape_invalid_utf8(group.cache)},
            {"kind", escape_invalid_utf8(group.kind)},
            {"process", group.processes.empty()
                            ? std::string()
                            : escape_invalid_utf8(group.processes.front().comm)}};
}

} // namespace

std::string diff_to_text(const Report& before, const Report& after,
                         const std::vector<OriginChange>& changes, const DiffOptions& options) {
    Page page(std::max<std::size_t>(options.width, 40), options.color);
    page.paragraph("before: " + trace_phrase(before), {0, 2});
    page.paragraph("after:  " + trace_phrase(after), {0, 2});
    write_warnings(page, before, after);
    if (std::none_of(changes.begin(), changes.end(),
                     [](const OriginChange& change) { return change.is_told; })) {
        page.blank();
        page.line("Nothing that needs a look has come or gone.", Ink::bold);
    }
    for (const Part& part : kParts)
        write_part(page, part, changes);
    write_others(page, changes);
    return page.take();
}

std::string diff_to_json(const Report& before, const Report& after,
                         const std::vector<OriginChange>& changes) {
    Json origins = Json::array();
    for (const OriginChange& change : changes)
        origins.push_back(change_to_json(change));
    const Json json = {{"schema", "unfreed-diff/1"},
                       {"before", trace_to_json(before)},
                       {"after", trace_to_json(after)},
                       {"origins", std::move(origins)}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace unfreed
