// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

enum class Ink { plain, bold, red, yellow };

struct Indent {
    std::size_t first = 0; // of the first line
    std::size_t rest = 0;  // of those that follow it
};

// Text that grows line by line within a width. Ink is put around finished lines, so that escape
// sequences never count as width. Makes no escape sequence at all without color.
class Page {
  public:
    Page(std::size_t width, bool color) : width_(width), color_(color) {}

    // A line as it is.
    void line(std::string_view text, Ink ink = Ink::plain);
    // An empty line, unless the page is empty or ends with one.
    void blank();
    // Breaks text at blanks, but not between a number and its unit or its next three digits. Words
    // that are too long are split.
    void paragraph(std::string_view text, Indent indent = {}, Ink ink = Ink::plain);
    // The same with label in front of the first line, kept as it is; the others are indented by its
    // width.
    void labelled(std::string_view label, std::string_view text, Ink ink = Ink::plain);
    // Pieces with three blanks between; breaks only between pieces. Empty pieces are left out.
    void pieces(const std::vector<std::string>& pieces, Indent indent = {}, Ink ink = Ink::plain);

    std::size_t width() const { return width_; }
    std::string take() { return std::move(text_); }

  private:
    void flow(const std::vector<std::string>& words, std::string_view gap, std::string lead,
              std::size_t rest, Ink ink);

    std::size_t width_;
    bool color_;
    std::string text_;
};

} // namespace unfreed
