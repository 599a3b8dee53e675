// SPDX-License-Identifier: BSD-2-Clause
#include "output/write_all.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace unfreed {

Result<> write_all(int fd, std::string_view text, const std::string& where) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            // Whoever shares this pipe or terminal with us has made it so (O_NONBLOCK).
            pollfd ready{fd, POLLOUT, 0};
            ::poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return fail_errno(Errc::io, errno, "cannot write the report to " + where);
        }
    }
    return {};
}

} // namespace unfreed
