// SPDX-License-Identifier: BSD-2-Clause
#include "cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace unfreed::cli {
namespace {

Result<> write_all(int fd, std::string_view text, const std::string& where) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail_errno(Errc::io, errno, fmt::format("cannot write the report to {}", where));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

Result<Output> Output::open(const std::string& path) {
    Output output;
    if (path.empty() || path == "-") {
        output.fd_ = STDOUT_FILENO;
        return output;
    }
    struct stat status {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        return fail(Errc::io,
                    fmt::format("cannot write the report to {}: it is a directory", path));
    if (exists && !S_ISREG(status.st_mode)) {
        output.special_ = UniqueFd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (!output.special_)
            return fail_errno(Errc::io, errno, fmt::format("cannot write to {}", path));
        output.fd_ = output.special_.get();
        return output;
    }
    // Try the very thing that is done at the end: make a file beside it.
    const std::string probe = fmt::format("{}.unfreed-{}", path, ::getpid());
    UniqueFd fd(::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!fd)
        return fail_errno(Errc::io, errno, fmt::format("cannot write the report to {}", path));
    ::unlink(probe.c_str());
    output.path_ = path;
    return output;
}

Result<> Output::write(std::string_view report) {
    if (path_.empty())
        return write_all(fd_, report, fd_ == STDOUT_FILENO ? "stdout" : "the output file");
    return replace_file(report);
}

Result<> Output::replace_file(std::string_view report) {
    const std::string temporary = fmt::format("{}.unfreed-{}", path_, ::getpid());
    UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd)
        return fail_errno(Errc::io, errno, fmt::format("cannot write the report to {}", path_));
    auto written = write_all(fd.get(), report, path_);
    if (written && ::fsync(fd.get()) != 0)
        written = fail_errno(Errc::io, errno, fmt::format("cannot write the report to {}", path_));
    if (written && ::rename(temporary.c_str(), path_.c_str()) != 0)
        written = fail_errno(Errc::io, errno, fmt::format("cannot put the report at {}", path_));
    if (!written)
        ::unlink(temporary.c_str());
    return written;
}

bool Output::is_terminal() const {
    return path_.empty() && ::isatty(fd_) == 1;
}

int Output::width() const {
    winsize size{};
    if (is_terminal() && ::ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    return 100;
}

} // namespace unfreed::cli
