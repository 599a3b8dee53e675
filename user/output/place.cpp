// SPDX-License-Identifier: BSD-2-Clause
#include "output/place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <string_view>
#include <utility>

namespace unfreed {
namespace {

// As many as the kernel follows (MAXSYMLINKS).
constexpr int kMostLinks = 40;

bool is_trusted(uid_t owner) {
    return owner == 0 || owner == ::geteuid();
}

bool is_on_procfs(int fd) {
    struct statfs status {};
    return ::fstatfs(fd, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

bool is_same(int fd, const char* path) {
    struct stat one {};
    struct stat other {};
    return ::fstat(fd, &one) == 0 && ::stat(path, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

// Number of an open descriptor of ours that this entry of /proc stands for; -1: it is no such.
int own_descriptor(int directory, const std::string& name) {
    if (!is_same(directory, "/proc/self/fd") && !is_same(directory, "/proc/thread-self/fd"))
        return -1;
    int number = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    return error == std::errc() && end == name.data() + name.size() ? number : -1;
}

class Walk {
  public:
    explicit Walk(const std::string& path) : path_(path), rest_(path) {}

    Result<Place> run() {
        if (auto begun = enter(AT_FDCWD, rest_.starts_with('/') ? "/" : ".", 0); !begun)
            return fail(begun.error());
        while (!place_) {
            if (auto stepped = step(); !stepped)
                return fail(stepped.error());
        }
        return std::move(*place_);
    }

  private:
    tl::unexpected<Error> refuse(const std::string& why) const {
        return fail(Errc::io, fmt::format("cannot write the report to {}: {}", path_, why));
    }
    tl::unexpected<Error> refuse_errno(int error) const {
        return fail_errno(Errc::io, error, "cannot write the report to " + path_);
    }

    Result<> enter(int from, const char* name, int flags) {
        UniqueFd next(::openat(from, name, O_PATH | O_DIRECTORY | O_CLOEXEC | flags));
        if (!next)
            return refuse_errno(errno);
        directory_ = std::move(next);
        return {};
    }

    // The next part of the path, taken off it.
    std::string take_name() {
        rest_.erase(0, rest_.find_first_not_of('/')); // all of it, if it is nothing else
        const std::size_t end = std::min(rest_.find('/'), rest_.size());
        std::string name = rest_.substr(0, end);
        rest_.erase(0, end);
        return name;
    }

    Result<> step() {
        const std::string name = take_name();
        const bool last = rest_.empty();
        if (name.empty() || (last && (name == "." || name == "..")))
            return refuse("it is a directory");
        UniqueFd file(::openat(directory_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
        if (!file && (errno != ENOENT || !last))
            return refuse_errno(errno);
        if (!file) {
            place_ = Place{std::move(directory_), name, std::nullopt, {}, -1};
            return {};
        }
        struct stat status {};
        if (::fstat(file.get(), &status) != 0)
            return refuse_errno(errno);
        if (S_ISLNK(status.st_mode))
            return follow(name, file, status, last);
        return last ? arrive(name, std::move(file), status)
                    : enter(directory_.get(), name.c_str(), O_NOFOLLOW);
    }

    Result<> follow(const std::string& name, const UniqueFd& link, const struct stat& status,
                    bool last) {
        if (++links_ > kMostLinks)
            return refuse_errno(ELOOP);
        // The kernel makes the links of /proc, and only it can follow them.
        if (is_on_procfs(link.get())) {
            if (!last)
                return enter(directory_.get(), name.c_str(), 0);
            return arrive_by_proc(name);
        }
        if (!is_trusted(status.st_uid))
            return refuse(fmt::format("{} is a symbolic link that belongs to somebody else (user "
                                      "{}); name the file it points to",
                                      name, status.st_uid));
        std::array<char, PATH_MAX> target{};
        const ssize_t length = ::readlinkat(link.get(), "", target.data(), target.size());
        if (length <= 0 || static_cast<std::size_t>(length) == target.size())
            return refuse_errno(length < 0 ? errno : ENAMETOOLONG);
        rest_.insert(0, target.data(), static_cast<std::size_t>(length));
        return rest_.starts_with('/') ? enter(AT_FDCWD, "/", 0) : Result<>();
    }

    Result<> arrive_by_proc(const std::string& name) {
        Place place;
        place.own_fd = own_descriptor(directory_.get(), name);
        place.name = name;
        if (place.own_fd < 0) {
            struct stat status {};
            UniqueFd file(::openat(directory_.get(), name.c_str(), O_PATH | O_CLOEXEC));
            if (!file || ::fstat(file.get(), &status) != 0)
                return refuse_errno(errno);
            if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
                return refuse("it is a link in /proc; name the file itself");
            place.at = status;
            place.file = std::move(file);
        }
        place.directory = std::move(directory_);
        place_ = std::move(place);
        return {};
    }

    Result<> arrive(const std::string& name, UniqueFd file, const struct stat& status) {
        struct stat above {};
        if (::fstat(directory_.get(), &above) != 0)
            return refuse_errno(errno);
        if (S_ISDIR(status.st_mode))
            return refuse("it is a directory");
        const bool shared = (above.st_mode & S_ISVTX) != 0 && (above.st_mode & S_IWOTH) != 0;
        if (shared && !is_trusted(status.st_uid) && status.st_uid != above.st_uid)
            return refuse(fmt::format("it belongs to somebody else (user {}), in a directory that "
                                      "all may write to",
                                      status.st_uid));
        place_ = Place{std::move(directory_), name, status, std::move(file), -1};
        return {};
    }

    const std::string& path_;
    std::string rest_; // what is still to be walked
    UniqueFd directory_;
    int links_ = 0;
    std::optional<Place> place_;
};

} // namespace

Result<Place> find_place(const std::string& path) {
    return Walk(path).run();
}

} // namespace unfreed
