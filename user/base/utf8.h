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

// The same for a terminal: what could move the cursor, fake lines of the report, change the order
// of what follows or not be seen is escaped too: control characters (newline and tab included),
// bidirectional and zero-width ones, tags, variation selectors, and combining marks that have
// nothing to join or are too many.
std::string escape_for_terminal(std::string_view text);

// Columns that text takes after escape_for_terminal(): wide characters are two.
std::size_t display_width(std::string_view text);

// Bytes of the whole characters at the front of text that fit in width columns.
std::size_t bytes_within(std::string_view text, std::size_t width);

// text in at most width columns: too long, its middle is replaced by "…" (both ends tell more than
// the middle of a path or a mangled name). width 0 gives an empty string.
std::string cut_middle(std::string_view text, std::size_t width);

} // namespace unfreed
