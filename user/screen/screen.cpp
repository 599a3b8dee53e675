// SPDX-License-Identifier: BSD-2-Clause
#include "screen/screen.h"

#include "screen/goodbye.h"
#include "screen/own_signals.h"

#include <langinfo.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <optional>
#include <utility>

// Functions, not macros of common names.
#define NCURSES_NOMACROS
#include <curses.h>

namespace unfreed {
namespace {

constexpr int kEscapeDelayMs = 25; // after which Esc is a key of its own

// Text is UTF-8 whatever the locale says, as in the text report.
void speak_utf8() {
    std::setlocale(LC_CTYPE, "");
    if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0)
        std::setlocale(LC_CTYPE, "C.UTF-8");
}

bool poll_for(int fd, short events, short& got) {
    pollfd one{fd, events, 0};
    const bool ready = ::poll(&one, 1, 0) > 0;
    got = one.revents;
    return ready;
}

// Ctrl-Z comes as a key: the terminal is given back before this process stops. So does Ctrl-S,
// which would stop the terminal, and with it whoever writes to it, until somebody comes and types
// Ctrl-Q.
void take_keys_of_the_terminal() {
    termios modes{};
    if (::tcgetattr(STDIN_FILENO, &modes) != 0)
        return;
    modes.c_cc[VSUSP] = _POSIX_VDISABLE;
    modes.c_iflag &= ~static_cast<tcflag_t>(IXON);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &modes);
}

void prepare_colors() {
    ::start_color();
    ::use_default_colors();
    ::init_pair(static_cast<short>(live::Color::red), COLOR_RED, -1);
    ::init_pair(static_cast<short>(live::Color::yellow), COLOR_YELLOW, -1);
    ::init_pair(static_cast<short>(live::Color::green), COLOR_GREEN, -1);
}

std::optional<live::Key> key_of(int kind, wint_t code) {
    using Kind = live::Key::Kind;
    constexpr wint_t kCtrlL = 12;
    constexpr wint_t kCtrlZ = 26;
    constexpr wint_t kEscape = 27;
    constexpr wint_t kDelete = 127;
    const auto plain = [](Kind which) { return live::Key{which, 0}; };
    if (kind == KEY_CODE_YES) {
        switch (code) {
        case KEY_UP:
            return plain(Kind::up);
        case KEY_DOWN:
            return plain(Kind::down);
        case KEY_PPAGE:
            return plain(Kind::page_up);
        case KEY_NPAGE:
            return plain(Kind::page_down);
        case KEY_HOME:
            return plain(Kind::home);
        case KEY_END:
            return plain(Kind::end);
        case KEY_ENTER:
            return plain(Kind::enter);
        case KEY_BACKSPACE:
        case KEY_DC:
            return plain(Kind::backspace);
        default:
            return std::nullopt;
        }
    }
    if (code == '\r' || code == '\n')
        return plain(Kind::enter);
    if (code == '\b' || code == kDelete)
        return plain(Kind::backspace);
    if (code == kCtrlL || code == kCtrlZ)
        return plain(code == kCtrlL ? Kind::redraw : Kind::suspend);
    if (code == kEscape)
        return plain(Kind::escape);
    if (code < ' ')
        return std::nullopt;
    return live::Key{Kind::character, static_cast<char32_t>(code)};
}

} // namespace

// Torn down in reverse: the terminal is given back first.
struct Screen::Curses {
    OwnSignals signals; // before ncurses takes some
    std::optional<TerminalGuard> guard;
    SCREEN* screen = nullptr;

    ~Curses() {
        if (screen == nullptr)
            return;
        ::endwin();
        ::delscreen(screen);
    }
    Curses() = default;
    Curses(const Curses&) = delete;
    Curses& operator=(const Curses&) = delete;
};

bool Screen::possible() {
    const char* term = std::getenv("TERM");
    if (term == nullptr || *term == '\0' || std::strcmp(term, "dumb") == 0)
        return false;
    // In the background whoever touches the terminal is stopped.
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1 &&
           ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

Result<std::unique_ptr<Screen>> Screen::open() {
    speak_utf8();
    const auto leaves = goodbye_to_screen(STDOUT_FILENO);
    if (!leaves)
        return fail(leaves.error());
    auto curses = std::make_unique<Curses>();
    auto guard = TerminalGuard::take(STDIN_FILENO, *leaves);
    if (!guard)
        return fail(guard.error());
    curses->guard.emplace(std::move(*guard));
    curses->screen = ::newterm(nullptr, stdout, stdin);
    curses->signals.keep();
    if (curses->screen == nullptr)
        return fail(Errc::unsupported, "the terminal (TERM) cannot show a screen");
    return std::unique_ptr<Screen>(new Screen(std::move(curses)));
}

Screen::Screen(std::unique_ptr<Curses> curses) : curses_(std::move(curses)) {
    ::set_escdelay(kEscapeDelayMs);
    ::cbreak();
    ::noecho();
    ::nonl();
    ::keypad(stdscr, TRUE);
    ::nodelay(stdscr, TRUE);
    ::curs_set(0);
    take_keys_of_the_terminal();
    ::def_prog_mode();
    has_colors_ = std::getenv("NO_COLOR") == nullptr && ::has_colors();
    if (has_colors_)
        prepare_colors();
}

Screen::~Screen() = default;

live::Size Screen::size() const {
    const int rows = getmaxy(stdscr);
    const int columns = getmaxx(stdscr);
    return {static_cast<std::size_t>(std::max(rows, 1)),
            static_cast<std::size_t>(std::max(columns, 1))};
}

void Screen::put(std::size_t row, std::size_t column, std::string_view text, live::Style style) {
    attr_t attributes = A_NORMAL;
    if (style.bold)
        attributes |= A_BOLD;
    if (style.reverse)
        attributes |= A_REVERSE;
    const bool colored = has_colors_ && style.color != live::Color::none;
    ::attr_set(attributes, colored ? static_cast<short>(style.color) : short{0}, nullptr);
    ::mvaddnstr(static_cast<int>(row), static_cast<int>(column), text.data(),
                static_cast<int>(text.size()));
    ::attr_set(A_NORMAL, 0, nullptr);
}

void Screen::clear() {
    winsize now{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) == 0 && now.ws_row > 0 && now.ws_col > 0 &&
        ::is_term_resized(now.ws_row, now.ws_col))
        ::resizeterm(now.ws_row, now.ws_col);
    ::erase();
}

void Screen::show() {
    short got = 0;
    if (!poll_for(STDOUT_FILENO, POLLOUT, got) || (got & POLLOUT) == 0)
        return;
    ::refresh();
}

void Screen::redraw() {
    ::clearok(stdscr, TRUE);
}

std::vector<live::Key> Screen::keys() {
    std::vector<live::Key> keys;
    for (;;) {
        wint_t code = 0;
        const int kind = ::get_wch(&code);
        if (kind == ERR)
            break;
        if (const auto key = key_of(kind, code))
            keys.push_back(*key);
    }
    short got = 0;
    poll_for(STDIN_FILENO, POLLIN, got);
    gone_ = gone_ || (got & (POLLHUP | POLLERR | POLLNVAL)) != 0;
    return keys;
}

void Screen::suspend() {
    ::endwin();
    ::kill(::getpid(), SIGTSTP);
    redraw();
    ::refresh();
}

} // namespace unfreed
