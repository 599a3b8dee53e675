// SPDX-License-Identifier: BSD-2-Clause
#include "base/terminal_guard.h"
#include "base/unique_fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

namespace unfreed {
namespace {

// A terminal without anybody at it.
struct Terminal {
    Terminal() : master(::posix_openpt(O_RDWR | O_NOCTTY)) {
        if (::grantpt(master.get()) == 0 && ::unlockpt(master.get()) == 0)
            slave = UniqueFd(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY));
    }
    bool echoes() const {
        termios modes{};
        return ::tcgetattr(slave.get(), &modes) == 0 && (modes.c_lflag & ECHO) != 0;
    }
    void stop_echo() const {
        termios modes{};
        ::tcgetattr(slave.get(), &modes);
        modes.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(slave.get(), TCSANOW, &modes);
    }
    std::string written() const {
        std::string text(100, '\0');
        ::fcntl(master.get(), F_SETFL, O_NONBLOCK);
        const ssize_t got = ::read(master.get(), text.data(), text.size());
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }
    UniqueFd master;
    UniqueFd slave;
};

// How a process ends that takes the terminal over and then does this.
template <class Ends>
int status_of_one_that(const Terminal& terminal, const Ends& ends) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        auto guard = TerminalGuard::take(terminal.slave.get(), "goodbye");
        terminal.stop_echo();
        if (guard)
            ends(*guard);
        ::_exit(99);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return status;
}

TEST(TerminalGuard, ADeadlySignalGivesTheTerminalBackAndIsDeadly) {
    // Not SIGSEGV: sanitizers have a handler of their own for it.
    for (const int number : {SIGABRT, SIGQUIT, SIGUSR1, SIGXCPU}) {
        const Terminal terminal;
        const int status =
            status_of_one_that(terminal, [number](TerminalGuard&) { ::raise(number); });
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == number) << status;
        EXPECT_TRUE(terminal.echoes()) << number;
        EXPECT_EQ(terminal.written(), "goodbye");
    }
}

TEST(TerminalGuard, WhoEndsAtOnceCanGiveItBack) {
    const Terminal terminal;
    status_of_one_that(terminal, [](TerminalGuard&) {
        restore_terminal();
        restore_terminal(); // once is enough
    });
    EXPECT_TRUE(terminal.echoes());
    EXPECT_EQ(terminal.written(), "goodbye");
}

TEST(TerminalGuard, AfterItsEndNothingIsTouched) {
    const Terminal terminal;
    const int status = status_of_one_that(terminal, [](TerminalGuard& guard) {
        { const TerminalGuard ends = std::move(guard); }
        restore_terminal();
        struct sigaction now {};
        ::sigaction(SIGABRT, nullptr, &now);
        ::_exit(now.sa_handler == SIG_DFL ? 0 : 1);
    });
    EXPECT_EQ(status, 0);
    EXPECT_FALSE(terminal.echoes());
    EXPECT_EQ(terminal.written(), "");
}

TEST(TerminalGuard, AHandlerOfSomebodyElseStays) {
    const Terminal terminal;
    const int status = status_of_one_that(terminal, [](TerminalGuard& guard) {
        const TerminalGuard former = std::move(guard);
        std::signal(SIGUSR1, [](int) { ::_exit(7); });
        ::raise(SIGUSR1);
    });
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << status;
}

TEST(TerminalGuard, IsAnErrorWhereThereIsNoTerminal) {
    const UniqueFd null(::open("/dev/null", O_RDWR));
    EXPECT_FALSE(TerminalGuard::take(null.get(), ""));
}

} // namespace
} // namespace unfreed
