// SPDX-License-Identifier: BSD-2-Clause
#include "screen/goodbye.h"

#include <algorithm>
#include <array>
#include <string_view>

// Last, and in a file of its own: it defines macros of common names.
#include <curses.h>
#include <term.h>

namespace unfreed {
namespace {

// A string of the terminal without the delays in it ("$<5>"), which only ancient ones need.
std::string capability(const char* name) {
    const char* found = ::tigetstr(name);
    if (found == nullptr || found == reinterpret_cast<const char*>(-1))
        return {};
    std::string text;
    for (std::string_view rest = found; !rest.empty();) {
        const std::size_t delay = std::min(rest.find("$<"), rest.size());
        text += rest.substr(0, delay);
        rest.remove_prefix(delay);
        if (!rest.empty())
            rest.remove_prefix(std::min(rest.find('>'), rest.size() - 1) + 1);
    }
    return text;
}

} // namespace

Result<std::string> goodbye_to_screen(int fd) {
    int known = 0;
    if (::setupterm(nullptr, fd, &known) != OK)
        return fail(Errc::unsupported, "the terminal (TERM) is not known here");
    std::string text;
    for (const char* name : {"sgr0", "op", "rmkx", "rmcup", "cnorm"})
        text += capability(name);
    ::del_curterm(cur_term);
    return text;
}

} // namespace unfreed
