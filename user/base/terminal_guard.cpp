// SPDX-License-Identifier: BSD-2-Clause
#include "base/terminal_guard.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>

namespace unfreed {
namespace {

// A handler is told nothing but the signal: what it must put back can only be left here. Written
// before `taken` is set, and not while it is.
struct Saved {
    int fd = -1;
    termios modes{};
    std::array<char, 256> goodbye{};
    std::size_t goodbye_bytes = 0;
};
Saved saved;
std::atomic<bool> taken{false};
static_assert(std::atomic<bool>::is_always_lock_free);

constexpr std::array kDeadly{SIGSEGV, SIGBUS,  SIGILL,  SIGFPE,  SIGABRT,   SIGSYS,  SIGTRAP,
                             SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU};

void die(int number) noexcept {
    restore_terminal();
    // Blocked until this handler returns; then it does what it does to any process.
    std::signal(number, SIG_DFL);
    std::raise(number);
}

// Where `from` is what is done now, `to` will be.
void exchange_handlers(void (*from)(int), void (*to)(int)) {
    for (const int number : kDeadly) {
        struct sigaction now {};
        if (::sigaction(number, nullptr, &now) != 0 || now.sa_handler != from)
            continue;
        struct sigaction action {};
        action.sa_handler = to;
        ::sigaction(number, &action, nullptr);
    }
}

} // namespace

Result<TerminalGuard> TerminalGuard::take(int fd, const std::string& goodbye) {
    if (taken)
        return fail(Errc::internal, "the terminal is taken over already");
    if (goodbye.size() > saved.goodbye.size() || ::tcgetattr(fd, &saved.modes) != 0)
        return fail_errno(Errc::unsupported, errno, "cannot take the terminal over");
    saved.fd = fd;
    std::copy(goodbye.begin(), goodbye.end(), saved.goodbye.begin());
    saved.goodbye_bytes = goodbye.size();
    taken = true;
    exchange_handlers(SIG_DFL, die);
    TerminalGuard guard;
    guard.armed_ = true;
    return guard;
}

TerminalGuard::TerminalGuard(TerminalGuard&& other) noexcept : armed_(other.armed_) {
    other.armed_ = false;
}

TerminalGuard::~TerminalGuard() {
    if (!armed_)
        return;
    exchange_handlers(die, SIG_DFL);
    taken = false;
}

void restore_terminal() noexcept {
    if (!taken.exchange(false))
        return;
    const int saved_errno = errno;
    const ssize_t ignored = ::write(saved.fd, saved.goodbye.data(), saved.goodbye_bytes);
    (void)ignored; // there is nobody to tell
    ::tcsetattr(saved.fd, TCSANOW, &saved.modes);
    errno = saved_errno;
}

} // namespace unfreed
