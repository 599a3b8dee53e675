// SPDX-License-Identifier: BSD-2-Clause
#include "trace/signals.h"

#include "base/clock.h"
#include "base/terminal_guard.h"

#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace unfreed::trace {
namespace {

// A handler is told nothing but the signal: what it has heard can only be left here.
std::atomic<std::uint64_t> heard_at_ns{0}; // 0: none yet
siginfo_t heard_signal{};                  // written by the handler alone, read while it is blocked
std::atomic<bool> heard_one{false};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

void hear(int number, siginfo_t* info, void* /*context*/) noexcept {
    const int saved_errno = errno;
    const std::uint64_t now = monotonic_ns();
    std::uint64_t before = 0;
    if (heard_at_ns.compare_exchange_strong(before, now)) {
        heard_signal = *info;
        heard_one = true;
    } else if (now - before >= kSameWishNs) {
        restore_terminal();
        // Blocked until this handler returns; then it does what it does to any process.
        std::signal(number, SIG_DFL);
        std::raise(number);
    }
    errno = saved_errno;
}

void set_handlers(const sigset_t& signals, bool ours) {
    struct sigaction action {};
    if (ours) {
        action.sa_sigaction = hear;
        action.sa_flags = SA_SIGINFO; // not SA_RESTART: a write that waits is to notice
    } else {
        action.sa_handler = SIG_DFL;
    }
    action.sa_mask = signals;
    for (int number : {SIGINT, SIGTERM, SIGHUP})
        if (sigismember(&signals, number) == 1)
            ::sigaction(number, &action, nullptr);
}

bool is_ignored(int number) {
    struct sigaction action {};
    return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

} // namespace

void FormerSignals::restore() const noexcept {
    ::sigaction(SIGPIPE, &pipe, nullptr);
    ::sigaction(SIGXFSZ, &file_size, nullptr);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
}

Result<Signals> Signals::take() {
    Signals signals;
    sigemptyset(&signals.ending_);
    for (int number : {SIGINT, SIGTERM, SIGHUP})
        if (number != SIGHUP || !is_ignored(number))
            sigaddset(&signals.ending_, number);
    sigset_t all = signals.ending_;
    sigaddset(&all, SIGCHLD);
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    if (::sigaction(SIGPIPE, &ignore, &signals.former_.pipe) != 0 ||
        ::sigaction(SIGXFSZ, &ignore, &signals.former_.file_size) != 0 ||
        ::sigprocmask(SIG_BLOCK, &all, &signals.former_.mask) != 0)
        return fail_errno(Errc::internal, errno, "cannot block signals");
    signals.fd_ = UniqueFd(::signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!signals.fd_)
        return fail_errno(Errc::internal, errno, "cannot receive signals");
    return signals;
}

Signals::Unblocked::Unblocked(const Signals& signals, std::optional<std::uint64_t> heard_ns)
    : signals_(signals) {
    heard_one = false;
    heard_at_ns = heard_ns.value_or(0);
    set_handlers(signals.ending_, true);
    ::pthread_sigmask(SIG_UNBLOCK, &signals.ending_, nullptr);
}

Signals::Unblocked::~Unblocked() {
    ::pthread_sigmask(SIG_BLOCK, &signals_.ending_, nullptr);
    set_handlers(signals_.ending_, false);
    if (!heard_one.exchange(false))
        return;
    // As it came: who sent it decides what a command of ours is told.
    if (::syscall(SYS_rt_sigqueueinfo, ::getpid(), heard_signal.si_signo, &heard_signal) != 0)
        ::kill(::getpid(), heard_signal.si_signo);
}

} // namespace unfreed::trace
