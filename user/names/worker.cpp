// SPDX-License-Identifier: BSD-2-Clause
#include "names/worker.h"

#include "base/clock.h"
#include "names/channel.h"
#include "names/namer.h"
#include "names/opener.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace unfreed::names {
namespace {

constexpr const char* kRoleOption = "--naming-role";
constexpr const char* kNamer = "namer";
constexpr const char* kOpener = "opener";
// Descriptors of a worker, from here on: sockets first.
constexpr int kFirst = 3;
constexpr std::size_t kMost = 3;
// Above all that are given out here, so that moving one overwrites no other.
constexpr int kAside = kFirst + static_cast<int>(kMost);

// A process that ends soon is read while it is there, or never: on a busy host too. It is little
// work, and less than half a second at once; where it may not go first, it is done in turn.
void go_first() {
    const rlimit most{500'000, 500'000}; // microseconds without a pause
    const sched_param priority{1};
    if (::setrlimit(RLIMIT_RTTIME, &most) == 0)
        ::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &priority);
}

struct Role {
    const char* name;
    std::array<int, kMost> descriptors; // -1: none from here on
};

void close_from(int first) {
    if (::syscall(SYS_close_range, first, ~0u, 0) == 0)
        return;
    for (int fd = first; fd < 65536; ++fd) // before 5.9
        ::close(fd);
}

// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void wait_and_exec(const Role& role, int go, char* const* arguments) {
    ::setsid(); // signals of the terminal are not for it
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    char byte = 0;
    ssize_t got = 0;
    do
        got = ::read(go, &byte, 1);
    while (got < 0 && errno == EINTR);
    if (got != 1)
        ::_exit(127);
    std::array<int, kMost> aside{-1, -1, -1};
    int count = 0;
    for (const int fd : role.descriptors)
        if (fd >= 0)
            aside[static_cast<std::size_t>(count++)] = ::fcntl(fd, F_DUPFD, kAside);
    for (int i = 0; i < count; ++i)
        ::dup2(aside[static_cast<std::size_t>(i)], kFirst + i);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd < kFirst; ++fd)
        ::dup2(nothing, fd);
    close_from(kFirst + count);
    ::execv("/proc/self/exe", arguments);
    ::_exit(127);
}

Result<pid_t> start(const Role& role, const OnMade& on_made) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail_errno(Errc::limit, errno, "cannot make a pipe");
    const UniqueFd go(ends[0]);
    UniqueFd release(ends[1]);
    std::string name = "unfreed";
    std::string option = kRoleOption;
    std::string role_name = role.name;
    std::string parent = std::to_string(::getpid());
    std::array<char*, 5> arguments{name.data(), option.data(), role_name.data(), parent.data(),
                                   nullptr};
    const pid_t pid = ::fork();
    if (pid < 0)
        return fail_errno(Errc::limit, errno, "cannot make a process that names functions");
    if (pid == 0) {
        release.reset(); // or the end of the tracer would go unnoticed
        wait_and_exec(role, go.get(), arguments.data());
    }
    if (on_made)
        on_made(pid);
    const char byte = 1;
    const ssize_t ignored = ::write(release.get(), &byte, 1);
    (void)ignored; // if it is gone, so is its socket
    return pid;
}

} // namespace

Result<Workers> launch_workers(const Progress& progress, const OnMade& on_made) {
    auto [ours, theirs] = make_channel();
    auto [asking, answering] = make_channel();
    std::array<int, 2> ends{-1, -1};
    if (!ours || !asking || !progress || ::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return fail_errno(Errc::limit, errno, "cannot make a socket");
    const UniqueFd hurried(ends[0]);
    Workers workers;
    workers.hurry = UniqueFd(ends[1]);
    auto opener = start({kOpener, {answering.get(), hurried.get(), -1}}, on_made);
    if (!opener)
        return fail(opener.error());
    // If this one cannot be made, the other ends with its socket.
    workers.processes.push_back(*opener);
    auto namer = start({kNamer, {theirs.get(), asking.get(), progress.fd()}}, on_made);
    if (namer) {
        workers.processes.push_back(*namer);
        workers.socket = std::move(ours);
    }
    return workers;
}

void become_worker_if_asked(int argc, char** argv) {
    if (argc != 4 || std::strcmp(argv[1], kRoleOption) != 0)
        return;
    const std::string_view parent = argv[3];
    pid_t pid = 0;
    std::from_chars(parent.data(), parent.data() + parent.size(), pid);
    (void)clock_offsets(); // from a file, which it cannot open later
    const bool opener = std::strcmp(argv[2], kOpener) == 0;
    ::prctl(PR_SET_NAME, opener ? "unfreed-opener" : "unfreed-namer");
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != pid) // it has ended meanwhile, or somebody plays with the option
        ::_exit(1);
    if (opener) {
        go_first();
        run_opener(kFirst, kFirst + 1);
    }
    run_namer(kFirst, kFirst + 1, kFirst + 2);
}

} // namespace unfreed::names
