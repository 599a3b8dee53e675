// SPDX-License-Identifier: BSD-2-Clause
// A screen in memory.
#pragma once

#include "base/utf8.h"
#include "live/canvas.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace unfreed::testing {

class FakeCanvas final : public live::Canvas {
  public:
    FakeCanvas(std::size_t rows, std::size_t columns)
        : size_{rows, columns}, cells_(rows, std::vector<std::string>(columns, " ")),
          styles_(rows) {}

    live::Size size() const override { return size_; }

    void put(std::size_t row, std::size_t column, std::string_view text,
             live::Style style) override {
        EXPECT_EQ(escape_for_terminal(text), text) << "not safe for a terminal";
        ASSERT_LT(row, size_.rows) << text;
        ASSERT_LE(column + display_width(text), size_.columns) << text;
        if (style.reverse || style.color != live::Color::none)
            styles_[row] = style;
        while (!text.empty()) {
            const std::size_t narrow = bytes_within(text, 1);
            const std::size_t first = narrow != 0 ? narrow : bytes_within(text, 2);
            cells_[row][column] = std::string(text.substr(0, first));
            if (display_width(text.substr(0, first)) == 2)
                cells_[row][column + 1].clear();
            column += display_width(text.substr(0, first));
            text.remove_prefix(first);
        }
    }

    // Without blanks at the end.
    std::string row(std::size_t number) const {
        std::string text;
        for (const std::string& cell : cells_.at(number))
            text += cell;
        text.erase(text.find_last_not_of(' ') + 1);
        return text;
    }
    std::string all() const {
        std::string text;
        for (std::size_t i = 0; i < size_.rows; ++i)
            text += row(i) + "\n";
        return text;
    }
    // Of the last thing in that row that was coloured or reversed.
    live::Style style(std::size_t row) const { return styles_.at(row); }

  private:
    live::Size size_;
    std::vector<std::vector<std::string>> cells_;
    std::vector<live::Style> styles_;
};

} // namespace unfreed::testing
