#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes user/base/char_table.cpp from the Unicode data of this Python."""
import sys
import unicodedata

# Of DerivedCoreProperties.txt, Default_Ignorable_Code_Point: shown as nothing, though not all of
# them are of category Cf. Variation selectors are among them, which change the width of others.
IGNORABLE = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5),
             (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
             (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
             (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)]


def is_hidden(code):
    return (unicodedata.category(chr(code)) in ("Cf", "Zl", "Zp") or
            any(first <= code <= last for first, last in IGNORABLE))


def is_mark(code):
    # The second parts of Hangul syllables join the first as marks do (as in wcwidth(3)).
    jamo = 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF
    return not is_hidden(code) and (unicodedata.category(chr(code)) in ("Mn", "Me") or jamo)


def is_wide(code):
    return not is_hidden(code) and not is_mark(code) and \
        unicodedata.east_asian_width(chr(code)) in ("W", "F")


def ranges(belongs):
    found = []
    for code in range(0x80, 0x110000):
        if not belongs(code):
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def table(name, belongs):
    cells = [f"{{0x{first:x}, 0x{last:x}}}," for first, last in ranges(belongs)]
    lines, line = [], "   "
    for cell in cells:
        if len(line) + 1 + len(cell) > 100:
            lines.append(line)
            line = "   "
        line += " " + cell
    return "\n".join([f"constexpr Range {name}[] = {{", *lines, line, "};"])


sys.stdout.write(f"""// SPDX-License-Identifier: BSD-2-Clause
// Written by scripts/gen-char-table.py from Unicode {unicodedata.unidata_version}.
#include "base/char_table.h"

#include <algorithm>
#include <iterator>

namespace unfreed {{
namespace {{

struct Range {{
    char32_t first;
    char32_t last;
}};

// clang-format off
{table("kHidden", is_hidden)}
{table("kMarks", is_mark)}
{table("kWide", is_wide)}
// clang-format on

template <std::size_t N>
bool contains(const Range (&ranges)[N], char32_t value) {{
    const auto* const after =
        std::upper_bound(std::begin(ranges), std::end(ranges), value,
                         [](char32_t wanted, const Range& range) {{ return wanted < range.first; }});
    return after != std::begin(ranges) && value <= std::prev(after)->last;
}}

}} // namespace

CharKind char_kind(char32_t value) {{
    if (value < 0x20 || (value >= 0x7f && value < 0xa0))
        return CharKind::control;
    if (value < 0xa0)
        return CharKind::narrow;
    if (contains(kHidden, value))
        return CharKind::hidden;
    if (contains(kMarks, value))
        return CharKind::mark;
    return contains(kWide, value) ? CharKind::wide : CharKind::narrow;
}}

}} // namespace unfreed
""")
