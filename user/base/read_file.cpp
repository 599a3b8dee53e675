// SPDX-License-Identifier: BSD-2-Clause
#include "base/read_file.h"

#include "base/unique_fd.h"

#include <fcntl.h>

#include <algorithm>
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

// A signal may come at any time, to an open that waits as well.
UniqueFd open_to_read(const std::string& path) {
    int fd = -1;
    do
        fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    return UniqueFd(fd);
}

// One byte more than asked for is read, to know whether there is more.
Result<TextFile> read_at_most(const std::string& path, std::size_t most_bytes) {
    const UniqueFd fd = open_to_read(path);
    if (!fd) {
        const int error = errno;
        return fail_errno(code_of(error), error, "cannot open " + path);
    }
    TextFile file;
    std::array<char, 16384> buffer;
    while (file.text.size() <= most_bytes) {
        const std::size_t room = std::min(buffer.size(), most_bytes - file.text.size() + 1);
        const ssize_t length = ::read(fd.get(), buffer.data(), room);
        if (length > 0) {
            file.text.append(buffer.data(), static_cast<std::size_t>(length));
        } else if (length == 0) {
            return file;
        } else if (errno != EINTR) {
            const int error = errno;
            return fail_errno(code_of(error), error, "cannot read " + path);
        }
    }
    file.text.resize(most_bytes);
    file.is_cut = true;
    return file;
}

} // namespace

Result<std::string> read_file(const std::string& path, std::size_t most_bytes) {
    Result<TextFile> file = read_at_most(path, most_bytes);
    if (!file)
        return fail(std::move(file).error());
    if (file->is_cut)
        return fail(Errc::limit,
                    path + " is longer than " + std::to_string(most_bytes) + " bytes: not read");
    return std::move(file->text);
}

Result<TextFile> read_lines(const std::string& path, std::size_t most_bytes) {
    Result<TextFile> file = read_at_most(path, most_bytes);
    if (file && file->is_cut)
        file->text.resize(file->text.rfind('\n') + 1); // npos + 1: nothing is whole
    return file;
}

} // namespace unfreed
