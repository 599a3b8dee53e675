// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <chrono>

namespace unfreed {
namespace {

std::uint64_t to_ns(const timespec& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_nsec);
}

FileIdentity identity_of(const struct stat& info) {
    return {info.st_dev, info.st_ino, static_cast<std::uint64_t>(info.st_size), to_ns(info.st_mtim),
            to_ns(info.st_ctim)};
}

std::uint64_t wall_clock_ns() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

// /proc/PID/maps shows the device of the file system. btrfs gives each of its parts another one to
// stat(), and overlayfs, before 6.8, has the file of a layer mapped.
bool shows_another_device(int fd) {
    struct statfs info {};
    return ::fstatfs(fd, &info) == 0 &&
           (info.f_type == BTRFS_SUPER_MAGIC || info.f_type == OVERLAYFS_SUPER_MAGIC);
}

bool is_the_mapped_one(int fd, const FileIdentity& identity, const ProcessMaps& maps,
                       const Mapping& mapping, const ProcessMaps::Candidate& candidate) {
    if (identity.inode == mapping.inode && identity.device == mapping.device)
        return true;
    if (identity.inode == mapping.inode && shows_another_device(fd))
        return true;
    return candidate.is_certain && maps.is_still_mapped(mapping);
}

// A file that was replaced, or written to, may have the same number. What is mapped keeps its
// content while its names come and go, which is a change as well.
bool is_as_it_was_seen(const FileIdentity& identity, const Mapping& mapping, bool is_certain) {
    const std::uint64_t last = is_certain ? identity.modified_ns : identity.changed_ns;
    return mapping.seen_ns == 0 || last <= mapping.seen_ns;
}

// It is looked at before it is opened: to open a device or a FIFO could wait for ever or do harm.
MappedFile open_candidate(const ProcessMaps& maps, const Mapping& mapping,
                          const ProcessMaps::Candidate& candidate) {
    const UniqueFd place(::open(candidate.path.c_str(), O_PATH | O_CLOEXEC));
    struct stat info {};
    if (!place || ::fstat(place.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return {};
    MappedFile file;
    file.checked_ns = wall_clock_ns();
    file.identity = identity_of(info);
    if (!is_the_mapped_one(place.get(), file.identity, maps, mapping, candidate) ||
        !is_as_it_was_seen(file.identity, mapping, candidate.is_certain))
        return {};
    file.has_numbers_of_mapping =
        file.identity.inode == mapping.inode && file.identity.device == mapping.device;
    file.fd = UniqueFd(::open(fmt::format("/proc/self/fd/{}", place.get()).c_str(),
                              O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    return file;
}

} // namespace

MappedFile accept_mapped_file(UniqueFd fd, const Mapping& mapping, bool is_certain,
                              bool others_numbers) {
    MappedFile file;
    file.checked_ns = wall_clock_ns();
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return {};
    file.identity = identity_of(info);
    file.has_numbers_of_mapping =
        file.identity.inode == mapping.inode && file.identity.device == mapping.device;
    const bool alike = file.has_numbers_of_mapping ||
                       (others_numbers && (is_certain || file.identity.inode == mapping.inode));
    if (!alike || !is_as_it_was_seen(file.identity, mapping, is_certain))
        return {};
    file.fd = std::move(fd);
    return file;
}

bool is_unchanged(const MappedFile& file) {
    struct stat info {};
    return ::fstat(file.fd.get(), &info) == 0 && identity_of(info) == file.identity;
}

MappedFile open_mapped_file(const ProcessMaps& maps, const Mapping& mapping) {
    for (const ProcessMaps::Candidate& candidate : maps.candidates(mapping))
        if (MappedFile file = open_candidate(maps, mapping, candidate))
            return file;
    return {};
}

} // namespace unfreed
