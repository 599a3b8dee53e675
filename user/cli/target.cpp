// SPDX-License-Identifier: BSD-2-Clause
#include "cli/target.h"

#include "base/log.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>

namespace unfreed::cli {
namespace {

// 0: no such process or thread.
std::uint32_t tgid_of(std::uint32_t pid) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    std::string word;
    while (status >> word)
        if (word == "Tgid:") {
            std::uint32_t tgid = 0;
            status >> tgid;
            return tgid;
        }
    return 0;
}

} // namespace

Result<Target> Target::find(std::uint32_t pid) {
    const auto none = [&] {
        return fail(Errc::not_found, fmt::format("there is no process {} (any more); ps -e lists "
                                                 "those that are there",
                                                 pid));
    };
    Target target;
    target.tgid_ = tgid_of(pid);
    if (target.tgid_ == 0)
        return none();
    if (target.tgid_ != pid)
        log::info(
            fmt::format("{} is a thread of process {}: following the process", pid, target.tgid_));
    if (target.tgid_ == static_cast<std::uint32_t>(::getpid()))
        return fail(Errc::usage, "unfreed does not trace itself");
    target.pidfd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, target.tgid_, 0)));
    if (!target.pidfd_)
        return errno == ESRCH ? none()
                              : fail_errno(Errc::internal, errno,
                                           fmt::format("cannot watch process {}", target.tgid_));
    pollfd ended{target.pidfd_.get(), POLLIN, 0};
    if (::poll(&ended, 1, 0) > 0)
        return none(); // a zombie
    return target;
}

} // namespace unfreed::cli
