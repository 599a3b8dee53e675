// SPDX-License-Identifier: BSD-2-Clause
// Words and numbers of the text files in /proc.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace unfreed {

// Takes a line, without its end, off the front.
inline std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

// Takes a word off the front, with the spaces and tabs before it; empty: there is none.
inline std::string_view take_word(std::string_view& line) {
    constexpr std::string_view kBlank = " \t";
    const std::size_t start = line.find_first_not_of(kBlank);
    line.remove_prefix(start == std::string_view::npos ? line.size() : start);
    const std::string_view word = line.substr(0, line.find_first_of(kBlank));
    line.remove_prefix(word.size());
    return word;
}

// The whole word as a decimal number.
template <class Number>
std::optional<Number> to_number(std::string_view word) {
    Number value{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size())
        return std::nullopt;
    return value;
}

} // namespace unfreed
