// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace unfreed {

// Lines up columns within a width. Columns that may shrink give way, the widest first, and their
// cells are cut in the middle; the others are never cut, so numbers stay whole even where that
// makes a line too long.
class Table {
  public:
    enum class Align { left, right };
    struct Column {
        std::string title;
        Align align = Align::left;
        std::size_t min_width = 0; // 0: never cut
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // cells: one per column, printable UTF-8 without escape sequences.
    void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    bool empty() const { return rows_.empty(); }

    // One string a line without line ends: the titles, then the rows. No trailing blanks.
    std::vector<std::string> lines(std::size_t width) const;

  private:
    std::vector<std::size_t> fit(std::size_t width) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace unfreed
