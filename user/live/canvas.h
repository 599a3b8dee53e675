// SPDX-License-Identifier: BSD-2-Clause
// What the live view is drawn on: a terminal, or the memory of a test.
#pragma once

#include <cstddef>
#include <string_view>

namespace unfreed::live {

enum class Color { none, red, yellow, green };

struct Style {
    Color color = Color::none;
    bool bold = false;
    bool reverse = false;
};

struct Size {
    std::size_t rows = 0;
    std::size_t columns = 0;
};

// A rectangle of cells, empty at the beginning of each drawing.
class Canvas {
  public:
    Canvas() = default;
    Canvas(const Canvas&) = delete;
    Canvas& operator=(const Canvas&) = delete;
    virtual ~Canvas() = default;

    virtual Size size() const = 0;
    // text: printable UTF-8 (base/utf8.h) that fits into the rest of the row.
    virtual void put(std::size_t row, std::size_t column, std::string_view text, Style style) = 0;
};

} // namespace unfreed::live
