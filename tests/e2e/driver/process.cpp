// SPDX-License-Identifier: BSD-2-Clause
#include "process.h"

#include "recording_check.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace unfreed::e2e {

Process::Process(const std::vector<std::string>& command)
    : recording_(RecordingCheck::of(command)) {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("pipe2");
    std::vector<std::string> words = recording_ ? recording_->command() : command;
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
        // Whoever runs the tests may have them ignored: nohup, or a job in the background.
        for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE})
            std::signal(number, SIG_DFL);
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(err[1], STDERR_FILENO);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    out_fd_ = out[0];
    err_fd_ = err[0];
}

Process::~Process() {
    if (!done_) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    if (out_fd_ >= 0)
        ::close(out_fd_);
    if (err_fd_ >= 0)
        ::close(err_fd_);
}

void Process::pump(int timeout_ms) {
    std::array<pollfd, 2> fds{{{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), timeout_ms) <= 0)
        return;
    std::array<char, 65536> buffer{};
    for (std::size_t i = 0; i < fds.size(); ++i) {
        if (fds[i].revents == 0)
            continue;
        const ssize_t got = ::read(fds[i].fd, buffer.data(), buffer.size());
        std::string& text = i == 0 ? finished_.out : finished_.err;
        int& fd = i == 0 ? out_fd_ : err_fd_;
        if (got > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(got));
        } else {
            ::close(fd);
            fd = -1;
        }
    }
}

bool Process::wait_for(const std::string& text, bool in_stderr,
                       std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    const std::string& seen = in_stderr ? finished_.err : finished_.out;
    while (seen.find(text) == std::string::npos) {
        if ((in_stderr ? err_fd_ : out_fd_) < 0 || std::chrono::steady_clock::now() > deadline)
            return false;
        pump(static_cast<int>(std::min<std::chrono::milliseconds::rep>(patience.count(), 100)));
    }
    return true;
}

Finished Process::finish(std::chrono::seconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    int status = 0;
    // A grandchild may hold the pipes longer than the program lives: its end counts.
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > deadline)
            ::kill(pid_, SIGKILL);
        pump(50);
    }
    done_ = true;
    for (int round = 0; round < 200 && (out_fd_ >= 0 || err_fd_ >= 0); ++round) {
        const std::size_t before = finished_.out.size() + finished_.err.size();
        pump(5);
        if (round > 10 && before == finished_.out.size() + finished_.err.size())
            break;
    }
    finished_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (recording_)
        recording_->compare(finished_);
    return finished_;
}

Finished run(const std::vector<std::string>& command) {
    Process process(command);
    return process.finish();
}

} // namespace unfreed::e2e
