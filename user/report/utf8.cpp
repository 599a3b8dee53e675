// SPDX-License-Identifier: BSD-2-Clause
#include "report/utf8.h"

#include <fmt/format.h>

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

bool is_control(char32_t value) {
    return value < 0x20 || (value >= 0x7f && value < 0xa0);
}

// Characters that reorder what follows them on the screen.
bool is_bidi_control(char32_t value) {
    return value == 0x200e || value == 0x200f || (value >= 0x202a && value <= 0x202e) ||
           (value >= 0x2066 && value <= 0x2069);
}

void append_escaped(std::string& out, std::string_view bytes) {
    for (char byte : bytes)
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
}

template <class Predicate>
std::string escape(std::string_view text, Predicate must_escape) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Character character = decode(text);
        const std::string_view bytes = text.substr(0, character.size == 0 ? 1 : character.size);
        if (character.size == 0 || must_escape(character.value))
            append_escaped(out, bytes);
        else
            out += bytes;
        text.remove_prefix(bytes.size());
    }
    return out;
}

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// Bytes of the first count characters.
std::size_t bytes_of_first(std::string_view text, std::size_t count) {
    std::size_t bytes = 0;
    for (; bytes < text.size(); ++bytes)
        if (!continues_character(text[bytes]) && count-- == 0)
            break;
    return bytes;
}

} // namespace

std::string escape_invalid_utf8(std::string_view text) {
    return escape(text, [](char32_t) { return false; });
}

std::string escape_for_terminal(std::string_view text) {
    return escape(text, [](char32_t value) { return is_control(value) || is_bidi_control(value); });
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (char byte : text)
        width += continues_character(byte) ? 0 : 1;
    return width;
}

std::string cut_middle(std::string_view text, std::size_t width) {
    const std::size_t full = display_width(text);
    if (full <= width)
        return std::string(text);
    if (width == 0)
        return {};
    const std::size_t tail = (width - 1) / 2;
    const std::size_t head = width - 1 - tail;
    std::string out(text.substr(0, bytes_of_first(text, head)));
    out += "…";
    out += text.substr(bytes_of_first(text, full - tail));
    return out;
}

} // namespace unfreed
