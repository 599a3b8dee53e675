// SPDX-License-Identifier: BSD-2-Clause
// Any text goes to a terminal and into JSON: no control sequence, valid UTF-8, no line too wide.
#include "base/utf8.h"
#include "fuzz.h"
#include "report/page.h"

#include <string>

using namespace unfreed;

namespace {

bool is_valid(const std::string& text) {
    return escape_invalid_utf8(text) == text;
}

} // namespace

FUZZ(screen, input) {
    const std::string_view text = fuzz::text(input);
    fuzz::require(is_valid(escape_invalid_utf8(text)));
    const std::string shown = escape_for_terminal(text);
    fuzz::require(is_valid(shown));
    for (const char c : shown)
        fuzz::require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    for (const std::size_t width : {1U, 2U, 5U, 17U}) {
        const std::string cut = cut_middle(shown, width);
        fuzz::require(is_valid(cut) && display_width(cut) <= width);
    }
    for (const std::size_t width : {40U, 80U, 100U}) {
        Page page(width, false);
        page.paragraph(shown, {2, 4});
        page.labelled("    Why:      ", shown);
        page.pieces({shown, shown}, {2, 4});
        fuzz::require(is_valid(page.take()));
    }
}
