// SPDX-License-Identifier: BSD-2-Clause
// From above: what is traced and the light, counts, titles; the body; the chosen row in words,
// keys.
#include "base/utf8.h"
#include "live/columns.h"
#include "live/texts.h"
#include "live/view.h"
#include "report/humanize.h"
#include "report/phrases.h"
#include "report/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace unfreed::live {
namespace {

constexpr std::size_t kHead = 3; // rows above the body
constexpr std::size_t kFoot = 3; // and below it: the chosen row in two, keys
constexpr Style kPlain{};
constexpr Style kBold{Color::none, true, false};
constexpr Style kReverse{Color::none, false, true};

// What does not fit is cut off; returns where it ends.
std::size_t put(Canvas& canvas, std::size_t row, std::size_t column, std::string_view text,
                Style style = {}) {
    const Size size = canvas.size();
    if (row >= size.rows || column >= size.columns)
        return column;
    const std::string_view fits = text.substr(0, bytes_within(text, size.columns - column));
    canvas.put(row, column, fits, style);
    return column + display_width(fits);
}

void put_whole_row(Canvas& canvas, std::size_t row, std::string_view text, Style style) {
    const std::size_t width = display_width(text);
    const std::size_t columns = canvas.size().columns;
    std::string padded(text);
    padded.append(columns - std::min(width, columns), ' ');
    put(canvas, row, 0, padded, style);
}

struct Light {
    std::string text;
    Style style;
};

Light light_of(const std::optional<Report>& report) {
    if (!report)
        return {"○", kPlain};
    if (!report->complete)
        return {"● INCOMPLETE", {Color::red, true, false}};
    const bool noticed =
        std::any_of(report->losses.begin(), report->losses.end(), [](const Loss& loss) {
            return loss.count != 0 && loss.severity == Severity::notice;
        });
    return noticed ? Light{"● less detail", {Color::yellow, false, false}}
                   : Light{"● complete", {Color::green, false, false}};
}

std::string what_is_traced(const std::optional<Report>& report) {
    if (!report)
        return "unfreed";
    if (report->trace.mode != "pid")
        return "unfreed: the whole host";
    std::string text = "unfreed: PID";
    for (const std::uint32_t pid : report->trace.targets)
        text += fmt::format(" {}", pid);
    return text;
}

// "1m 12s of 5m 00s [####----------------]"
std::string time_phrase(const Moment& moment) {
    constexpr std::size_t kBar = 20;
    std::string text = human_duration(moment.elapsed_ns / 1'000'000'000 * 1'000'000'000);
    if (!moment.duration_ns || *moment.duration_ns == 0)
        return text;
    const double part =
        static_cast<double>(moment.elapsed_ns) / static_cast<double>(*moment.duration_ns);
    const auto done = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * kBar);
    return text + fmt::format(" of {} [{}{}]", human_duration(*moment.duration_ns),
                              std::string(done, '#'), std::string(kBar - done, '-'));
}

Color color_of(const Group& group) {
    if (!has_row(group))
        return Color::none;
    return group.verdict == Verdict::leaking   ? Color::red
           : group.verdict == Verdict::suspect ? Color::yellow
                                               : Color::none;
}

} // namespace

void View::draw(Canvas& canvas, const Moment& moment) {
    fit_into(canvas.size());
    draw_head(canvas, moment);
    draw_counts(canvas);
    if (panel_ != Panel::none)
        draw_panel(canvas);
    else
        draw_body(canvas, moment);
    draw_selected(canvas);
    draw_foot(canvas, moment);
}

// Remembers the size, and scrolls so that the chosen line is among those that are shown.
void View::fit_into(const Size& size) {
    if (width_ != size.columns) {
        const Place former = place();
        width_ = size.columns;
        lay_out_details();
        go_to(former);
    }
    height_ = size.rows > kHead + kFoot ? size.rows - kHead - kFoot : 1;
    top_ = std::min(top_, cursor_);
    if (cursor_ >= top_ + height_)
        top_ = cursor_ + 1 - height_;
    top_ = std::min(top_, lines() - std::min(lines(), height_));
}

void View::draw_head(Canvas& canvas, const Moment& moment) const {
    const Light light = light_of(report_);
    const std::size_t width = canvas.size().columns;
    const std::size_t corner = width - std::min(width, display_width(light.text));
    std::string left = fmt::format("{} for {}", what_is_traced(report_), time_phrase(moment));
    if (paused())
        left += fmt::format("  PAUSED at {}", human_duration(report_->trace.duration_ns));
    put(canvas, 0, 0, cut_middle(left, corner - std::min<std::size_t>(corner, 1)), kBold);
    put(canvas, 0, corner, light.text, light.style);
}

// "1 leaking, 2 suspect, 3 to look at, 20 134 others"
std::string View::counts_phrase() const {
    std::array<std::uint64_t, 4> rows{};
    for (const Group& group : report_->groups)
        if (group.judged && !is_hidden(group))
            ++rows.at(has_row(group) ? static_cast<std::size_t>(group.attention) : 3);
    const std::array phrases{"leaking", "suspect", "to look at", rows[3] == 1 ? "other" : "others"};
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows.at(i) != 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", human_count(rows.at(i)),
                                phrases.at(i));
    return text.empty() ? "no rows" : text;
}

void View::draw_counts(Canvas& canvas) const {
    if (!report_)
        return;
    std::string text = counts_;
    if (order_.findings_only)
        text += "  (others not shown: a)";
    text += fmt::format("  by {}{}", to_string(order_.sort), order_.reversed ? ", reversed" : "");
    if (!order_.filter.empty())
        text += fmt::format("  {} of {} match", human_count(rows_.size()),
                            human_count(rows_.size() + rows_.filtered()));
    else
        text += fmt::format("  {} alive", human_count(report_->totals.outstanding));
    if (report_->trace.sample.one_in > 1)
        text += fmt::format("  one in {} is followed", report_->trace.sample.one_in);
    put(canvas, 1, 0, text);
}

std::string View::why_empty(const Moment& moment) const {
    if (!report_)
        return "The first report is being made.";
    if (!order_.filter.empty() && rows_.filtered() != 0)
        return "No row has these words. Esc drops the filter.";
    if (order_.findings_only)
        return "Nothing leaks or needs a look. a shows all rows.";
    if (moment.elapsed_ns < report_->trace.min_age_ns)
        return fmt::format("Objects are rows once they are {} old (--min-age).",
                           human_duration(report_->trace.min_age_ns));
    return fmt::format("Nothing that was made is older than {}.",
                       human_duration(report_->trace.min_age_ns));
}

void View::draw_body(Canvas& canvas, const Moment& moment) {
    if (rows_.size() == 0) {
        put(canvas, kHead, 0, why_empty(moment));
        return;
    }
    const std::size_t end = std::min(top_ + height_, lines());
    const std::size_t first = row_of(top_);
    std::vector<const Group*> groups;
    for (std::size_t row = first; row <= row_of(end - 1); ++row)
        groups.push_back(&group_at(row));
    const Lines shown = lines_of(*report_, groups, width_, order_);
    put_whole_row(canvas, kHead - 1, shown.titles, kReverse);
    for (std::size_t line = top_; line < end; ++line) {
        const std::size_t row = row_of(line);
        const bool is_detail = line != line_of(row);
        draw_line(canvas, line, row,
                  is_detail ? details_[line - row - 1] : shown.rows[row - first]);
    }
}

void View::draw_line(Canvas& canvas, std::size_t line, std::size_t row,
                     std::string_view text) const {
    Style style;
    if (line == line_of(row)) {
        style.color = color_of(group_at(row));
        style.bold = has_row(group_at(row));
    }
    style.reverse = line == cursor_;
    put_whole_row(canvas, kHead + line - top_, text, style);
}

void View::draw_panel(Canvas& canvas) {
    const bool losses = panel_ == Panel::losses && report_;
    const std::vector<std::string> text = losses ? losses_of(*report_, width_) : help(width_);
    panel_top_ = std::min(panel_top_, text.size() - std::min(text.size(), height_));
    put_whole_row(canvas, kHead - 1, losses ? "LOSSES" : "KEYS", kReverse);
    for (std::size_t i = 0; i < height_ && panel_top_ + i < text.size(); ++i)
        put(canvas, kHead + i, 0, text[panel_top_ + i]);
}

// One line says what the chosen row is, the next one why it is believed.
void View::draw_selected(Canvas& canvas) const {
    const Group* group = selected();
    const std::size_t row = kHead + height_;
    if (group == nullptr || panel_ != Panel::none)
        return;
    put(canvas, row, 0,
        cut_middle(fmt::format("[{}] {} {}   {}", row_of(cursor_) + 1, objects_phrase(*group),
                               fate_phrase(*group), process_phrase(*group)),
                   width_),
        kBold);
    put(canvas, row + 1, 0,
        cut_middle(evidence_phrase(*group, report_->trace.duration_ns), width_));
}

void View::draw_foot(Canvas& canvas, const Moment& moment) const {
    constexpr std::array kHints{"q quit",       "? keys",  "s sort",   "/ filter",
                                "Enter stacks", "p pause", "l losses", "a all or findings"};
    const Size size = canvas.size();
    const std::size_t row = size.rows - std::min<std::size_t>(size.rows, 1);
    if (typing_) {
        const std::size_t end =
            put(canvas, row, 0, "filter: " + escape_for_terminal(order_.filter), kBold);
        put(canvas, row, end, " ", kReverse);
    } else if (!moment.working.empty()) {
        put(canvas, row, 0, moment.working, kBold);
    } else if (!moment.message.empty()) {
        put(canvas, row, 0, cut_middle(moment.message, width_), {Color::yellow, false, false});
    } else {
        std::size_t column = 0;
        for (const std::string_view hint : kHints)
            if (column + hint.size() <= size.columns)
                column = put(canvas, row, column, hint) + 2;
    }
}

} // namespace unfreed::live
