// SPDX-License-Identifier: BSD-2-Clause
#include "base/utf8.h"

#include "base/char_table.h"

#include <fmt/format.h>

#include <utility>

namespace unfreed {
namespace {

// A decoded character; size 0: the bytes are no character.
struct Character {
    std::size_t size = 0;
    char32_t value = 0;
};

Character decode(std::string_view text) {
    const auto byte_at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte_at(0);
    if (first < 0x80)
        return {1, first};
    Character character;
    char32_t smallest = 0; // below it the encoding is longer than needed, which is invalid
    if ((first & 0xe0) == 0xc0) {
        character = {2, static_cast<char32_t>(first & 0x1f)};
        smallest = 0x80;
    } else if ((first & 0xf0) == 0xe0) {
        character = {3, static_cast<char32_t>(first & 0x0f)};
        smallest = 0x800;
    } else if ((first & 0xf8) == 0xf0) {
        character = {4, static_cast<char32_t>(first & 0x07)};
        smallest = 0x10000;
    } else {
        return {};
    }
    if (text.size() < character.size)
        return {};
    for (std::size_t i = 1; i < character.size; ++i) {
        if ((byte_at(i) & 0xc0) != 0x80)
            return {};
        character.value = character.value << 6 | static_cast<char32_t>(byte_at(i) & 0x3f);
    }
    const bool surrogate = character.value >= 0xd800 && character.value <= 0xdfff;
    if (character.value < smallest || character.value > 0x10ffff || surrogate)
        return {};
    return character;
}

void append_escaped(std::string& out, std::string_view bytes) {
    for (char byte : bytes)
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
}

// As many marks join one character in any script. More are a flood, which paints over the lines
// above and below.
constexpr std::size_t kMarks = 4;

// Takes the next character, or byte that is none, off the front of text.
std::pair<Character, std::string_view> take(std::string_view& text) {
    const Character character = decode(text);
    const std::string_view bytes = text.substr(0, character.size == 0 ? 1 : character.size);
    text.remove_prefix(bytes.size());
    return {character, bytes};
}

std::size_t columns_of(const Character& character) {
    if (character.size == 0)
        return 1;
    switch (char_kind(character.value)) {
    case CharKind::wide:
        return 2;
    case CharKind::mark:
    case CharKind::hidden:
        return 0;
    case CharKind::narrow:
    case CharKind::control:
        break;
    }
    return 1;
}

// The rest of text after whole characters of `columns` columns, at least.
std::string_view skip_columns(std::string_view text, std::size_t columns) {
    std::size_t skipped = 0;
    while (!text.empty()) {
        std::string_view rest = text;
        const std::size_t width = columns_of(take(rest).first);
        if (skipped >= columns && width != 0)
            break;
        skipped += width;
        text = rest;
    }
    return text;
}

} // namespace

std::string escape_invalid_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto [character, bytes] = take(text);
        if (character.size == 0)
            append_escaped(out, bytes);
        else
            out += bytes;
    }
    return out;
}

std::string escape_for_terminal(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t marks = kMarks; // the first character has nothing of its own to join
    while (!text.empty()) {
        const auto [character, bytes] = take(text);
        const CharKind kind = character.size == 0 ? CharKind::control : char_kind(character.value);
        marks = kind == CharKind::mark ? marks + 1 : 0;
        if (kind == CharKind::control || kind == CharKind::hidden || marks > kMarks)
            append_escaped(out, bytes);
        else
            out += bytes;
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty())
        width += columns_of(take(text).first);
    return width;
}

std::size_t bytes_within(std::string_view text, std::size_t width) {
    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view after = rest;
        const std::size_t columns = columns_of(take(after).first);
        if (columns > width)
            break;
        width -= columns;
        rest = after;
    }
    return text.size() - rest.size();
}

std::string cut_middle(std::string_view text, std::size_t width) {
    const std::size_t full = display_width(text);
    if (full <= width)
        return std::string(text);
    if (width == 0)
        return {};
    const std::size_t tail = (width - 1) / 2;
    const std::size_t head = width - 1 - tail;
    std::string out(text.substr(0, bytes_within(text, head)));
    out += "…";
    out += skip_columns(text, full - tail);
    return out;
}

} // namespace unfreed
