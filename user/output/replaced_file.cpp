// SPDX-License-Identifier: BSD-2-Clause
#include "output/replaced_file.h"

#include "base/log.h"
#include "output/write_all.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace unfreed {
namespace {

constexpr int kTries = 8; // names that cannot be guessed do not meet

std::string random_name() {
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof(number), 0) != sizeof(number))
        return {};
    return fmt::format(".unfreed-{:016x}", number);
}

std::string path_of_fd(int fd) {
    return fmt::format("/proc/self/fd/{}", fd);
}

bool is_same(const struct stat& one, const struct stat& other) {
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

} // namespace

Result<Temporary> Temporary::make(int directory) {
    UniqueFd unnamed(::openat(directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
    if (unnamed)
        return Temporary(directory, std::move(unnamed), {});
    int error = 0;
    for (int i = 0; i < kTries; ++i) {
        std::string name = random_name();
        UniqueFd fd(::openat(directory, name.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        error = errno;
        if (fd)
            return Temporary(directory, std::move(fd), std::move(name));
        if (error != EEXIST)
            break;
    }
    return fail_errno(Errc::io, error, "cannot make a file");
}

Temporary::Temporary(Temporary&& other) noexcept
    : directory_(other.directory_), fd_(std::move(other.fd_)),
      name_(std::exchange(other.name_, {})) {}

Temporary& Temporary::operator=(Temporary&& other) noexcept {
    if (this != &other) {
        remove();
        directory_ = other.directory_;
        fd_ = std::move(other.fd_);
        name_ = std::exchange(other.name_, {});
    }
    return *this;
}

void Temporary::remove() noexcept {
    if (!name_.empty())
        ::unlinkat(directory_, name_.c_str(), 0);
    name_.clear();
}

Result<> Temporary::link() {
    int error = 0;
    for (int i = 0; i < kTries && name_.empty(); ++i) {
        std::string name = random_name();
        if (::linkat(AT_FDCWD, path_of_fd(fd_.get()).c_str(), directory_, name.c_str(),
                     AT_SYMLINK_FOLLOW) == 0)
            name_ = std::move(name);
        else if (error = errno; error != EEXIST)
            break;
    }
    if (name_.empty())
        return fail_errno(Errc::io, error, "cannot name the file");
    return {};
}

ReplacedFile::ReplacedFile(Place place, std::string path)
    : directory_(std::move(place.directory)), name_(std::move(place.name)), path_(std::move(path)),
      keeps_(place.at.has_value()), was_(place.at.value_or(was_)) {}

Result<ReplacedFile> ReplacedFile::open(Place place, std::string path) {
    ReplacedFile file(std::move(place), std::move(path));
    auto made = Temporary::make(file.directory_.get());
    if (!made)
        return fail(
            std::move(made.error()).with_context("cannot write the report to " + file.path_));
    // One with a name would be left behind if we were killed: that it can be made is enough.
    if (made->name().empty())
        file.next_ = std::move(*made);
    return file;
}

Result<> ReplacedFile::write(std::string_view report) {
    whole_ = Temporary();
    Temporary temporary = std::exchange(next_, Temporary());
    if (!temporary) {
        auto made = Temporary::make(directory_.get());
        if (!made)
            return fail(
                std::move(made.error()).with_context("cannot write the report to " + path_));
        temporary = std::move(*made);
    }
    if (auto written = write_all(temporary.fd(), report, path_); !written)
        return written;
    adopt_owner(temporary.fd());
    if (::fsync(temporary.fd()) != 0)
        return fail_errno(Errc::io, errno, "cannot write the report to " + path_);
    auto done = put(temporary);
    if (!done)
        whole_ = std::move(temporary);
    return done;
}

// Mode and owner of what is there now, if that is the file of the start or our last report:
// somebody may have changed them since. A file that has been put there meanwhile decides nothing.
void ReplacedFile::adopt_owner(int fd) {
    struct stat now {};
    if (!keeps_)
        return;
    if (::fstatat(directory_.get(), name_.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0 &&
        is_same(now, was_))
        was_ = now;
    struct stat own {};
    if (::fstat(fd, &own) != 0)
        return;
    const bool other_owner = own.st_uid != was_.st_uid || own.st_gid != was_.st_gid;
    // Without its owner and group the mode would let in others than it did.
    if (other_owner && ::fchown(fd, was_.st_uid, was_.st_gid) != 0)
        return;
    if (::fchmod(fd, was_.st_mode & 0777) != 0)
        log::debug("the mode of " + path_ + " could not be kept");
}

Result<> ReplacedFile::put(Temporary& temporary) {
    auto linked = temporary.link();
    if (!linked)
        return fail(std::move(linked.error()).with_context("cannot put the report at " + path_));
    if (::renameat(directory_.get(), temporary.name().c_str(), directory_.get(), name_.c_str()) !=
        0)
        return fail_errno(Errc::io, errno, "cannot put the report at " + path_);
    temporary.release();
    keeps_ = ::fstat(temporary.fd(), &was_) == 0;
    look_for_directory(temporary.fd());
    return {};
}

// The directory may have been renamed since the start; the report is in it all the same.
void ReplacedFile::look_for_directory(int fd) const {
    struct stat ours {};
    struct stat there {};
    if (::fstat(fd, &ours) == 0 && (::stat(path_.c_str(), &there) != 0 || !is_same(ours, there)))
        log::warning(fmt::format("the directory of {} has been moved: the report is at {}", path_,
                                 path_of(name_)));
}

std::string ReplacedFile::path_of(const std::string& name) const {
    std::array<char, PATH_MAX> target{};
    const ssize_t length =
        ::readlink(path_of_fd(directory_.get()).c_str(), target.data(), target.size());
    return std::string(target.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))) +
           "/" + name;
}

std::string ReplacedFile::keep() {
    if (!whole_ || !whole_.link())
        return {};
    std::string path = path_of(whole_.name());
    whole_.release();
    whole_ = Temporary();
    return path;
}

} // namespace unfreed
