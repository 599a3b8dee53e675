// SPDX-License-Identifier: BSD-2-Clause
#include "report/page.h"

#include "base/utf8.h"

#include <algorithm>

namespace unfreed {
namespace {

std::string_view escape_sequence(Ink ink) {
    switch (ink) {
    case Ink::plain:
        return "";
    case Ink::bold:
        return "\x1b[1m";
    case Ink::red:
        return "\x1b[1;31m";
    case Ink::yellow:
        return "\x1b[33m";
    }
    return "";
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "10 012" and "1.6 MiB" are one word.
bool belongs_together(std::string_view before, std::string_view after) {
    return !before.empty() && is_digit(before.back()) && after.size() <= 3;
}

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty())
            continue;
        if (!words.empty() && belongs_together(words.back(), word))
            words.back().append(" ").append(word);
        else
            words.emplace_back(word);
    }
    return words;
}

// Takes what fits in width columns off the front of word; one character, if none does.
std::string take_front(std::string& word, std::size_t width) {
    std::size_t bytes = bytes_within(word, width);
    if (bytes == 0)
        bytes = bytes_within(word, 2);
    std::string front = word.substr(0, bytes);
    word.erase(0, bytes);
    return front;
}

} // namespace

void Page::line(std::string_view text, Ink ink) {
    const bool inked = color_ && ink != Ink::plain && !text.empty();
    if (inked)
        text_ += escape_sequence(ink);
    text_ += text;
    if (inked)
        text_ += "\x1b[0m";
    text_ += '\n';
}

void Page::blank() {
    if (!text_.empty() && !text_.ends_with("\n\n"))
        text_ += '\n';
}

void Page::paragraph(std::string_view text, Indent indent, Ink ink) {
    flow(split_words(text), " ", std::string(indent.first, ' '), indent.rest, ink);
}

void Page::labelled(std::string_view label, std::string_view text, Ink ink) {
    flow(split_words(text), " ", std::string(label), display_width(label), ink);
}

void Page::pieces(const std::vector<std::string>& pieces, Indent indent, Ink ink) {
    flow(pieces, "   ", std::string(indent.first, ' '), indent.rest, ink);
}

void Page::flow(const std::vector<std::string>& words, std::string_view gap, std::string lead,
                std::size_t rest, Ink ink) {
    std::string current = std::move(lead);
    bool has_word = false;
    const auto finish = [&] {
        line(current, ink);
        current.assign(rest, ' ');
        has_word = false;
    };
    for (std::string word : words) {
        if (word.empty())
            continue;
        const std::size_t needed = (has_word ? gap.size() : 0) + display_width(word);
        if (has_word && display_width(current) + needed > width_)
            finish();
        while (!has_word && display_width(current) + display_width(word) > width_) {
            const std::size_t used = display_width(current);
            current += take_front(word, used < width_ ? width_ - used : 1);
            finish();
        }
        if (word.empty())
            continue;
        if (has_word)
            current += gap;
        current += word;
        has_word = true;
    }
    if (has_word)
        finish();
}

} // namespace unfreed
