// SPDX-License-Identifier: BSD-2-Clause
#include "report/table.h"

#include "base/utf8.h"

#include <algorithm>

namespace unfreed {
namespace {

constexpr std::size_t kGap = 2; // blanks between columns

} // namespace

std::vector<std::size_t> Table::fit(std::size_t width) const {
    std::vector<std::size_t> widths;
    std::size_t total = kGap * (columns_.size() - 1);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        std::size_t widest = display_width(columns_[c].title);
        for (const auto& row : rows_)
            widest = std::max(widest, display_width(row[c]));
        widths.push_back(widest);
        total += widest;
    }
    for (; total > width; --total) {
        std::size_t victim = columns_.size();
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            const bool can_shrink = columns_[c].min_width != 0 && widths[c] > columns_[c].min_width;
            if (can_shrink && (victim == columns_.size() || widths[c] > widths[victim]))
                victim = c;
        }
        if (victim == columns_.size())
            break;
        --widths[victim];
    }
    return widths;
}

std::vector<std::string> Table::lines(std::size_t width) const {
    if (columns_.empty())
        return {};
    const std::vector<std::size_t> widths = fit(width);
    const auto render = [&](const auto& cell_of) {
        std::string line;
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            const std::string cell = cut_middle(cell_of(c), widths[c]);
            const std::string padding(widths[c] - display_width(cell), ' ');
            line += c == 0 ? "" : std::string(kGap, ' ');
            line += columns_[c].align == Align::right ? padding + cell : cell + padding;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        return line;
    };
    std::vector<std::string> out;
    out.push_back(render([&](std::size_t c) { return columns_[c].title; }));
    for (const auto& row : rows_)
        out.push_back(render([&](std::size_t c) { return row[c]; }));
    return out;
}

} // namespace unfreed
