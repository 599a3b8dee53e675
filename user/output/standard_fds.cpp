// SPDX-License-Identifier: BSD-2-Clause
#include "output/standard_fds.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace unfreed {

Result<> occupy_standard_fds() {
    for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) >= 0)
            continue;
        // The lowest free number, which is fd. Not O_CLOEXEC: a command of ours gets them too.
        const int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        if (::open("/dev/null", flags | O_NOCTTY) != fd)
            return fail_errno(Errc::io, errno, "cannot open /dev/null for a closed descriptor");
    }
    return {};
}

} // namespace unfreed
