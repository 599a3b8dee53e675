// SPDX-License-Identifier: BSD-2-Clause
// Annotations of a GitHub workflow run: commands on lines of stdout, "::error title=...::message".
// A step may show ten of a level.
#include "report/ci_finding.h"
#include "report/known_lines.h"
#include "report/rows.h"
#include "report/text_finding.h"
#include "report/writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace unfreed {
namespace {

constexpr std::size_t kMost = 5;

// actions/toolkit, packages/core/src/command.ts: escapeData, escapeProperty.
std::string escaped(std::string_view text, bool property) {
    std::string out;
    for (const char c : text) {
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
            out += fmt::format("%{:02X}", static_cast<unsigned>(c));
        else
            out += c;
    }
    return out;
}

std::string annotation(const char* level, const SourcePlace& place, std::string_view title,
                       const std::vector<std::string>& lines) {
    std::string properties = fmt::format("title=unfreed: {}", escaped(title, true));
    if (place.line != 0)
        properties += fmt::format(",file={},line={}", escaped(place.file, true), place.line);
    return fmt::format("::{} {}::{}\n", level, properties,
                       escaped(fmt::format("{}", fmt::join(lines, "\n")), false));
}

const char* level_of(Attention attention) {
    switch (attention) {
    case Attention::leaking:
        return "error";
    case Attention::suspect:
        return "warning";
    case Attention::look:
    case Attention::none:
        break;
    }
    return "notice";
}

const char* level_of(Ink ink) {
    if (ink == Ink::red)
        return "error";
    return ink == Ink::yellow ? "warning" : "notice";
}

std::string write(const Report& report, const Sheet&) {
    std::string text;
    const auto rows = rows_to_show(report);
    for (std::size_t i = 0; i < rows.size() && i < kMost; ++i) {
        const Group& row = rows[i];
        std::vector<std::string> lines = finding_details(row, report.trace.duration_ns);
        lines.insert(lines.begin(), finding_headline(row));
        text +=
            annotation(level_of(row.attention), source_place(row), to_string(row.attention), lines);
    }
    if (rows.size() > kMost)
        text += annotation("notice", {}, "more",
                           {fmt::format("{} more rows are in the report", rows.size() - kMost)});
    if (rows.empty())
        text += annotation("notice", {}, "nothing found",
                           {hides_rows(report) ? "nothing but what is known leaks, or needs a look"
                                               : "no objects that leak, or need a look"});
    for (const KnownLine& line : known_lines(report))
        text += annotation(level_of(line.ink), {}, "known", {line.text});
    if (!report.complete)
        text += annotation("warning", {}, "the report is incomplete", loss_lines(report));
    return text;
}

} // namespace

extern const Writer github_writer;
const Writer github_writer{"github", "annotations of a GitHub workflow run, of five rows", write,
                           true};

} // namespace unfreed
