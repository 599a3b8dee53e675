// SPDX-License-Identifier: BSD-2-Clause
#include "target/descriptor_limit.h"

#include "base/unique_fd.h"

#include <fcntl.h>

#include <algorithm>

namespace unfreed {
namespace {

// More than a report has open at once: 32 KiB.
constexpr rlim_t kDescriptors = 4096;

// A descriptor table that grows while threads share it waits for a grace period (fs/file.c:
// expand_fdtable), and a report must not wait for a reader that stalls. It never shrinks.
void make_room(rlim_t limit) {
    const UniqueFd any(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (limit > 0)
        UniqueFd(::fcntl(any.get(), F_DUPFD_CLOEXEC,
                         static_cast<int>(std::min(limit, kDescriptors) - 1)));
}

} // namespace

DescriptorLimit::DescriptorLimit() {
    if (::getrlimit(RLIMIT_NOFILE, &before_) != 0)
        return;
    const rlimit most{before_.rlim_max, before_.rlim_max};
    raised_ = before_.rlim_cur < before_.rlim_max && ::setrlimit(RLIMIT_NOFILE, &most) == 0;
    make_room(raised_ ? before_.rlim_max : before_.rlim_cur);
}

void DescriptorLimit::restore_for(pid_t process) const {
    if (raised_)
        ::prlimit(process, RLIMIT_NOFILE, &before_, nullptr);
}

} // namespace unfreed
