// SPDX-License-Identifier: BSD-2-Clause
#include "target/target.h"

#include "base/log.h"
#include "base/read_file.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>

namespace unfreed {
namespace {

// 0: no such process or thread. A process chooses its name, which is the first line; the kernel
// writes a line feed in it as "\\n".
std::uint32_t tgid_of(std::uint32_t pid) {
    constexpr std::string_view kLabel = "\nTgid:\t";
    const auto status = read_file(fmt::format("/proc/{}/status", pid));
    const std::size_t label = status ? status->find(kLabel) : std::string::npos;
    if (label == std::string::npos)
        return 0;
    const char* number = status->data() + label + kLabel.size();
    std::uint32_t tgid = 0;
    std::from_chars(number, status->data() + status->size(), tgid);
    return tgid;
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
    // The number that was asked for still is of the process that is held now.
    pollfd ended{target.pidfd_.get(), POLLIN, 0};
    if (tgid_of(pid) != target.tgid_ || ::poll(&ended, 1, 0) > 0)
        return none(); // or a zombie
    return target;
}

} // namespace unfreed
