// SPDX-License-Identifier: BSD-2-Clause
#pragma once

namespace unfreed::live {

// What somebody presses.
struct Key {
    enum class Kind {
        character, // printable
        enter,
        escape,
        backspace,
        up,
        down,
        page_up,
        page_down,
        home,
        end,
        redraw,  // Ctrl-L
        suspend, // Ctrl-Z
    };
    Kind kind = Kind::character;
    char32_t character = 0;
};

} // namespace unfreed::live
