// SPDX-License-Identifier: BSD-2-Clause
#include "output/output.h"

#include "base/log.h"
#include "output/write_all.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace unfreed {
namespace {

Result<UniqueFd> open_special(const Place& place, const std::string& path) {
    // The very file that was looked at, whatever has its name by now.
    const std::string name = fmt::format("/proc/self/fd/{}", place.file.get());
    const int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY;
    UniqueFd fd(::open(name.c_str(), flags | O_NONBLOCK));
    if (!fd && errno == ENXIO && S_ISFIFO(place.at->st_mode)) {
        log::info(fmt::format("waiting for somebody to read {}", path));
        fd = UniqueFd(::open(name.c_str(), flags));
    }
    if (!fd)
        return fail_errno(Errc::io, errno, "cannot write the report to " + path);
    ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) & ~O_NONBLOCK);
    return fd;
}

} // namespace

// A copy of an open descriptor: it stays what it is now.
Result<Output> Output::through(int fd, const std::string& name) {
    Output output;
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY)
        return fail(Errc::io,
                    fmt::format("cannot write the report to {}: it is closed{}", name,
                                fd == STDOUT_FILENO ? " (-o FILE writes to a file)" : ""));
    output.stream_ = UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!output.stream_)
        return fail_errno(Errc::io, errno, "cannot write the report to " + name);
    output.name_ = name;
    output.stdout_ = fd == STDOUT_FILENO;
    return output;
}

Result<Output> Output::open(const std::string& path) {
    if (path.empty() || path == "-")
        return through(STDOUT_FILENO, "stdout");
    auto place = find_place(path);
    if (!place)
        return fail(place.error());
    if (place->own_fd >= 0)
        return through(place->own_fd, path);
    Output output;
    if (place->at && !S_ISREG(place->at->st_mode)) {
        auto special = open_special(*place, path);
        if (!special)
            return fail(special.error());
        output.stream_ = std::move(*special);
        output.name_ = path;
        return output;
    }
    auto file = ReplacedFile::open(std::move(*place), path);
    if (!file)
        return fail(file.error());
    output.file_.emplace(std::move(*file));
    return output;
}

Result<> Output::write(std::string_view report) {
    return file_ ? file_->write(report) : write_all(stream_.get(), report, name_);
}

std::string Output::keep() {
    return file_ ? file_->keep() : "";
}

int Output::pipe() const {
    struct stat status {};
    const bool is_pipe =
        stream_ && ::fstat(stream_.get(), &status) == 0 && S_ISFIFO(status.st_mode);
    return is_pipe ? stream_.get() : -1;
}

bool Output::is_terminal() const {
    return stream_ && ::isatty(stream_.get()) == 1;
}

int Output::width() const {
    winsize size{};
    if (is_terminal() && ::ioctl(stream_.get(), TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    return 100;
}

} // namespace unfreed
