// SPDX-License-Identifier: BSD-2-Clause
// What a character does on a terminal.
#pragma once

namespace unfreed {

enum class CharKind {
    narrow,  // one column
    wide,    // two
    mark,    // none of its own: it joins the character before it
    hidden,  // shown as nothing, or changes the order or width of others
    control, // C0, DEL and C1
};

CharKind char_kind(char32_t value);

} // namespace unfreed
