// SPDX-License-Identifier: BSD-2-Clause
#include "live/columns.h"

#include "base/utf8.h"
#include "live/sparkline.h"
#include "report/humanize.h"
#include "report/phrases.h"
#include "report/site.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace unfreed::live {
namespace {

// Of the growth, in a narrow and in a wide terminal.
constexpr std::size_t kNarrowChart = 8;
constexpr std::size_t kWideChart = 16;
constexpr std::size_t kWide = 120;

using Cell = std::string (*)(const Group& group);

std::string verdict_cell(const Group& group) {
    return verdict_word(group);
}
std::string count_cell(const Group& group) {
    return (group.estimated ? "≈ " : "") + human_count(group.count);
}
std::string rate_cell(const Group& group) {
    return human_rate(group.growth_per_s);
}
std::string size_cell(const Group& group) {
    return human_bytes(bytes_of_all(group));
}
std::string oldest_cell(const Group& group) {
    return group.age_ns ? human_duration(group.age_ns->max) : "-";
}
std::string made_by_cell(const Group& group) {
    return escape_for_terminal(allocation_site(group.kernel_stack));
}

struct Column {
    const char* title;
    Cell cell;              // nullptr: the chart
    std::size_t least;      // columns
    bool right;             // numbers stand at the right; they are never cut
    std::optional<Sort> by; // what it is sorted by
    int worth;              // columns of least worth go first
    bool stretches = false; // takes what is left
};

constexpr std::array kColumns{
    Column{"VERDICT", verdict_cell, 8, false, Sort::importance, 10},
    Column{"GROWTH", nullptr, kNarrowChart, false, {}, 9},
    Column{"COUNT", count_cell, 6, true, Sort::count, 6},
    Column{"RATE", rate_cell, 7, true, Sort::rate, 8},
    Column{"PER HOUR", per_hour_phrase, 8, true, Sort::per_hour, 7},
    Column{"SIZE", size_cell, 8, true, Sort::size, 2},
    Column{"OLDEST", oldest_cell, 7, true, Sort::oldest, 1},
    Column{"WHAT", what_phrase, 12, false, Sort::what, 11, true},
    Column{"PROCESS", process_phrase, 14, false, Sort::process, 5, true},
    Column{"MADE BY", made_by_cell, 14, false, {}, 3, true},
};

struct Placed {
    const Column* column;
    std::size_t width;
    std::size_t needs; // to show all of its cells
    std::vector<std::string> cells;
};

std::string title_of(const Column& column, const Order& order) {
    std::string title = column.title;
    if (column.by != order.sort)
        return title;
    const bool descending = (column.right || order.sort == Sort::importance) != order.reversed;
    return title + (descending ? "▼" : "▲");
}

Placed place(const Column& column, const Report& report, std::span<const Group* const> groups,
             std::size_t width, const Order& order) {
    const std::size_t chart = width >= kWide ? kWideChart : kNarrowChart;
    Placed placed{&column, std::max(column.least, display_width(title_of(column, order))), 0, {}};
    if (column.cell == nullptr)
        placed.width = chart;
    for (const Group* group : groups) {
        placed.cells.push_back(
            column.cell != nullptr
                ? column.cell(*group)
                : sparkline(group->history, report.trace.history_ns.size(), chart));
        placed.needs = std::max(placed.needs, display_width(placed.cells.back()));
    }
    if (!column.stretches)
        placed.width = std::max(placed.width, placed.needs);
    return placed;
}

std::size_t width_of(const std::vector<Placed>& columns, std::size_t gap) {
    std::size_t width = gap * (columns.size() - 1);
    for (const Placed& one : columns)
        width += one.width;
    return width;
}

// How much wider it would have to be to show all; less than 0: it has room.
std::ptrdiff_t lacks(const Placed& one) {
    return static_cast<std::ptrdiff_t>(one.needs) - static_cast<std::ptrdiff_t>(one.width);
}

// Leaves out what tells least until the rest fits, and gives what is left to those that stretch,
// where most is cut.
void fit(std::vector<Placed>& columns, std::size_t width, std::size_t gap) {
    while (columns.size() > 1 && width_of(columns, gap) > width)
        columns.erase(std::min_element(columns.begin(), columns.end(),
                                       [](const Placed& one, const Placed& other) {
                                           return one.column->worth < other.column->worth;
                                       }));
    for (std::size_t used = width_of(columns, gap); used < width; ++used) {
        Placed* neediest = nullptr;
        for (Placed& one : columns)
            if (one.column->stretches && (neediest == nullptr || lacks(one) > lacks(*neediest)))
                neediest = &one;
        if (neediest == nullptr)
            break;
        ++neediest->width;
    }
}

std::string join(const std::vector<Placed>& columns, std::size_t width, std::size_t gap,
                 const auto& text_of) {
    std::string line;
    for (const Placed& one : columns) {
        const std::string text = cut_middle(text_of(one), one.width);
        const std::string padding(one.width - display_width(text), ' ');
        line += line.empty() ? "" : std::string(gap, ' ');
        line += one.column->right ? padding + text : text + padding;
    }
    return cut_middle(line, width); // one column that is wider than all there is
}

} // namespace

Lines lines_of(const Report& report, std::span<const Group* const> groups, std::size_t width,
               const Order& order) {
    const std::size_t gap = width >= kWide ? 2 : 1;
    std::vector<Placed> columns;
    for (const Column& column : kColumns)
        columns.push_back(place(column, report, groups, width, order));
    fit(columns, width, gap);
    Lines lines;
    lines.titles =
        join(columns, width, gap, [&](const Placed& one) { return title_of(*one.column, order); });
    for (std::size_t i = 0; i < groups.size(); ++i)
        lines.rows.push_back(
            join(columns, width, gap, [i](const Placed& one) { return one.cells[i]; }));
    return lines;
}

} // namespace unfreed::live
