// SPDX-License-Identifier: BSD-2-Clause
#include "base/read_file.h"

#include "base/unique_fd.h"

#include <fcntl.h>

#include <array>
#include <cerrno>

namespace unfreed {
namespace {

Errc code_of(int os_errno) {
    switch (os_errno) {
    case ENOENT:
    case ESRCH: // a process that ended while its file was open
    case ENOTDIR:
        return Errc::not_found;
    case EACCES:
    case EPERM:
        return Errc::permission;
    default:
        return Errc::io;
    }
}

} // namespace

Result<std::string> read_file(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        const int error = errno;
        return fail_errno(code_of(error), error, "cannot open " + path);
    }
    std::string text;
    std::array<char, 16384> buffer;
    for (;;) {
        const ssize_t length = ::read(fd.get(), buffer.data(), buffer.size());
        if (length > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(length));
        } else if (length == 0) {
            return text;
        } else if (errno != EINTR) {
            const int error = errno;
            return fail_errno(code_of(error), error, "cannot read " + path);
        }
    }
}

} // namespace unfreed
