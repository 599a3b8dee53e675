// SPDX-License-Identifier: BSD-2-Clause
#include "target/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace unfreed {
namespace {

Result<std::array<UniqueFd, 2>> make_pipe() {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0)
        return fail_errno(Errc::io, errno, "cannot make a pipe");
    return std::array<UniqueFd, 2>{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void wait_and_exec(int go_fd, int failed_fd, char* const* arguments,
                                const trace::FormerSignals& signals) {
    char byte = 0;
    ssize_t got = 0;
    do
        got = ::read(go_fd, &byte, 1);
    while (got < 0 && errno == EINTR);
    if (got != 1)
        ::_exit(127);  // the tracer ended before it was ready
    signals.restore(); // what came meanwhile acts now
    ::execvp(arguments[0], arguments);
    const int error = errno;
    ssize_t ignored = ::write(failed_fd, &error, sizeof(error));
    (void)ignored;
    ::_exit(127);
}

} // namespace

Result<Child> Child::prepare(const std::vector<std::string>& command, bool stdout_to_stderr,
                             const trace::FormerSignals& signals) {
    auto go = make_pipe();
    auto failed = make_pipe();
    if (!go || !failed)
        return fail(go ? failed.error() : go.error());
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);

    const pid_t pid = ::fork();
    if (pid < 0)
        return fail_errno(Errc::limit, errno, "cannot make a process for the command");
    if (pid == 0) {
        (*go)[1].reset(); // or the end of the tracer would go unnoticed
        if (stdout_to_stderr)
            ::dup2(STDERR_FILENO, STDOUT_FILENO);
        wait_and_exec((*go)[0].get(), (*failed)[1].get(), arguments.data(), signals);
    }
    Child child;
    child.pid_ = pid;
    child.go_ = std::move((*go)[1]);
    child.failed_ = std::move((*failed)[0]);
    child.name_ = command.front();
    return child;
}

Result<> Child::release() {
    const char byte = 1;
    if (::write(go_.get(), &byte, 1) != 1)
        return fail_errno(Errc::io, errno, "the prepared command is gone");
    go_.reset();
    released_ = true;
    int error = 0;
    ssize_t got = 0;
    do
        got = ::read(failed_.get(), &error, sizeof(error));
    while (got < 0 && errno == EINTR);
    if (got == sizeof(error)) {
        ::waitpid(pid_, nullptr, 0);
        return fail_errno(Errc::not_found, error, fmt::format("cannot run {}", name_));
    }
    return {};
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), released_(other.released_), go_(std::move(other.go_)),
      failed_(std::move(other.failed_)), name_(std::move(other.name_)) {}

Child::~Child() {
    if (pid_ < 0 || released_)
        return;
    go_.reset(); // the child reads the end of the pipe and exits
    ::waitpid(pid_, nullptr, 0);
}

} // namespace unfreed
