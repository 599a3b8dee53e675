// SPDX-License-Identifier: BSD-2-Clause
// Text from the kernel and from processes is bytes that anyone may choose: a comm can hold half a
// character or a terminal escape sequence.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace unfreed {

// Valid UTF-8: bytes that are no part of a valid character become the four characters \x80.
// Valid text comes back unchanged.
std::string escape_invalid_utf8(std::string_view text);

// The same for a terminal: control characters, which could move the cursor or fake lines of the
// report, are escaped too (newline and tab included).
std::string escape_for_terminal(std::string_view text);

// Columns that valid UTF-8 takes, one a character (wide and combining characters are not told
// apart).
std::size_t display_width(std::string_view text);

// text in at most width columns: too long, its middle is replaced by "…" (both ends tell more than
// the middle of a path or a mangled name). width 0 gives an empty string.
std::string cut_middle(std::string_view text, std::size_t width);

} // namespace unfreed
