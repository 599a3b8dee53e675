// SPDX-License-Identifier: BSD-2-Clause
#include "names/safe_open.h"

#include "base/clock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <optional>
#include <string_view>

namespace unfreed::names {
namespace {

// A Java server has some thousand mappings, at 150 bytes a line.
constexpr std::size_t kMostMapsBytes = 4 * 1024 * 1024;
constexpr std::size_t kMostMountBytes = 4 * 1024 * 1024;
// Numbers of mounts and devices are given again, so what is known of them does not last.
constexpr std::uint64_t kMountsLastNs = 5'000'000'000;

UniqueFd open_process(std::uint32_t pid) {
    return UniqueFd(::open(fmt::format("/proc/{}", pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

std::uint64_t device_of(const struct statx& info) {
    return gnu_dev_makedev(info.stx_dev_major, info.stx_dev_minor);
}

// Only what is in memory: a network file system is not asked.
std::optional<struct statx> stat_of(int fd) {
    struct statx info {};
    if (::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
                STATX_TYPE | STATX_INO | STATX_MNT_ID, &info) != 0)
        return std::nullopt;
    return info;
}

std::string link_of(int directory, const char* name) {
    std::array<char, 256> text;
    const ssize_t length = ::readlinkat(directory, name, text.data(), text.size());
    return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string();
}

// Field 22, in ticks since boot: behind the name, which is in brackets and may have any in it.
std::uint64_t started_of(std::string_view stat) {
    const std::size_t name_end = stat.rfind(')');
    if (name_end == stat.npos)
        return 0;
    stat.remove_prefix(name_end + 1);
    for (int field = 2; field < 22; ++field) {
        const std::size_t blank = stat.find(' ');
        if (blank == stat.npos)
            return 0;
        stat.remove_prefix(blank + 1);
    }
    std::uint64_t started = 0;
    std::from_chars(stat.data(), stat.data() + stat.size(), started);
    return started;
}

std::uint64_t wall_clock_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec);
}

bool is_elf(int fd) {
    std::array<char, 4> magic{};
    return ::pread(fd, magic.data(), magic.size(), 0) == static_cast<ssize_t>(magic.size()) &&
           std::memcmp(magic.data(), "\177ELF", magic.size()) == 0;
}

} // namespace

SafeOpener::SafeOpener() {
    if (const UniqueFd self{::open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC)})
        own_mounts_ = link_of(self.get(), "ns/mnt");
    const UniqueFd memory(::memfd_create("unfreed", MFD_CLOEXEC));
    if (memory)
        if (const auto info = stat_of(memory.get()))
            memory_device_ = device_of(*info);
}

std::string SafeOpener::text_of(int directory, const char* name, std::size_t most, bool& cut) {
    const UniqueFd fd(::openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    std::string text;
    while (fd) {
        const std::size_t had = text.size();
        if (had >= most) {
            cut = true;
            text.resize(text.rfind('\n', most) == text.npos ? 0 : text.rfind('\n', most) + 1);
            break;
        }
        constexpr std::size_t kAtOnce = 32 * 1024;
        text.resize(had + kAtOnce);
        const ssize_t got = ::read(fd.get(), text.data() + had, kAtOnce);
        text.resize(had + (got > 0 ? static_cast<std::size_t>(got) : 0));
        if (got <= 0 && !(got < 0 && errno == EINTR))
            break;
    }
    return text;
}

MapsAnswer SafeOpener::maps(std::uint32_t pid) {
    MapsAnswer answer;
    const UniqueFd process = open_process(pid);
    if (!process)
        return answer;
    // It may be about to end. Its memory goes first, so what is read of it comes last.
    answer.has_our_names = !own_mounts_.empty() &&
                           link_of(process.get(), "ns/mnt") == own_mounts_ &&
                           link_of(process.get(), "root") == "/";
    answer.text = text_of(process.get(), "maps", kMostMapsBytes, answer.is_cut);
    answer.seen_ns = wall_clock_ns();
    bool ignored = false;
    answer.started = started_of(text_of(process.get(), "stat", 4096, ignored));
    if (!answer.text.empty() && answer.started != 0)
        answer.status = OpenStatus::ok;
    return answer;
}

TextAnswer SafeOpener::text(KernelText which, std::uint32_t number) {
    // A megabyte of mountinfo is some 8 000 mounts; any process may make a namespace with 100 000.
    constexpr std::size_t kMostOfOthers = 1024 * 1024;
    std::string path;
    switch (which) {
    case KernelText::mountinfo:
        path = number == 0 ? "/proc/self/mountinfo" : fmt::format("/proc/{}/mountinfo", number);
        break;
    case KernelText::exports:
        path = "/proc/fs/nfsd/exports";
        break;
    case KernelText::swaps:
        path = "/proc/swaps";
        break;
    case KernelText::partitions:
        path = "/proc/partitions";
        break;
    case KernelText::loop_file:
        path = fmt::format("/sys/block/loop{}/loop/backing_file", number);
        break;
    }
    TextAnswer answer;
    const bool of_other = which == KernelText::mountinfo && number != 0;
    answer.text =
        text_of(AT_FDCWD, path.c_str(), of_other ? kMostOfOthers : kMostMountBytes, answer.is_cut);
    if (!path.empty() && !answer.text.empty())
        answer.status = OpenStatus::ok;
    return answer;
}

std::optional<std::uint32_t> SafeOpener::device(const std::string& path) {
    struct statx info {};
    if (::statx(AT_FDCWD, path.c_str(), AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE, &info) !=
        0)
        return std::nullopt;
    return info.stx_dev_major << 20 | info.stx_dev_minor;
}

void SafeOpener::refresh(int process) {
    bool ignored = false;
    mounts_.clear();
    if (memory_device_ != 0)
        mounts_.add_device(memory_device_, true);
    if (const UniqueFd self{::open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC)})
        mounts_.add(text_of(self.get(), "mountinfo", kMostMountBytes, ignored));
    if (process >= 0)
        mounts_.add(text_of(process, "mountinfo", kMostMountBytes, ignored));
    mounts_read_ns_ = monotonic_ns();
}

// By its mount, because btrfs has devices that mountinfo does not list; by its device, because a
// process may have files whose mount its root does not reach.
bool SafeOpener::is_local(int fd, int process) {
    const auto info = stat_of(fd);
    if (!info)
        return false;
    const auto known = [&]() -> const bool* {
        const bool* by_mount = nullptr;
        if (info->stx_mask & STATX_MNT_ID)
            by_mount = mounts_.by_mount(info->stx_mnt_id);
        return by_mount ? by_mount : mounts_.by_device(device_of(*info));
    };
    if (known() == nullptr)
        refresh(process);
    const bool* local = known();
    return local != nullptr && *local;
}

FileAnswer SafeOpener::open_checked(const FileQuestion& question, int place, bool is_certain,
                                    int process) {
    FileAnswer answer;
    answer.is_certain = is_certain;
    answer.status = OpenStatus::not_found;
    const auto info = stat_of(place);
    if (!info)
        return answer;
    answer.status = OpenStatus::other;
    if (!S_ISREG(info->stx_mode))
        return answer;
    if (!is_local(place, process)) {
        answer.status = OpenStatus::not_local;
        return answer;
    }
    // Now nobody else need answer.
    struct statfs system {};
    if (::fstatfs(place, &system) != 0)
        return answer;
    answer.others_numbers =
        system.f_type == OVERLAYFS_SUPER_MAGIC || system.f_type == BTRFS_SUPER_MAGIC;
    const bool same_inode = info->stx_ino == question.inode;
    const bool same = same_inode && device_of(*info) == question.device;
    if (!same && !(answer.others_numbers && (same_inode || is_certain)))
        return answer;
    UniqueFd fd(::open(fmt::format("/proc/self/fd/{}", place).c_str(),
                       O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd || !is_elf(fd.get()))
        return answer;
    answer.status = OpenStatus::ok;
    answer.fd = std::move(fd);
    return answer;
}

// Step by step, so that no directory of a file system that may not answer is searched, and no link
// followed: the path that the kernel wrote has none.
FileAnswer SafeOpener::open_path(const FileQuestion& question, std::string_view path, int root,
                                 int process) {
    FileAnswer answer;
    answer.status = OpenStatus::not_local;
    if (!is_local(root, process))
        return answer;
    UniqueFd at;
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        const std::string name(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
        if (name.empty() || name == ".")
            continue;
        answer.status = OpenStatus::not_found;
        if (name == "..")
            return answer;
        UniqueFd next(
            ::openat(at ? at.get() : root, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
        if (!next)
            return answer;
        answer.status = OpenStatus::not_local;
        if (!is_local(next.get(), process))
            return answer;
        at = std::move(next);
    }
    return at ? open_checked(question, at.get(), false, process) : std::move(answer);
}

// A name may end in " (deleted)" without being so.
FileAnswer SafeOpener::open_names(const FileQuestion& question, int root, int process) {
    FileAnswer answer = open_path(question, question.path, root, process);
    if (answer.status == OpenStatus::ok || !question.may_be_named_deleted)
        return answer;
    return open_path(question, question.path + " (deleted)", root, process);
}

FileAnswer SafeOpener::file(const FileQuestion& question) {
    const UniqueFd directory = open_process(question.pid);
    bool ignored = false;
    const bool lives = directory && started_of(text_of(directory.get(), "stat", 4096, ignored)) ==
                                        question.started;
    const int process = lives ? directory.get() : -1;
    FileAnswer answer;
    // Before anything of it is touched: even to find it by its link asks the server of an NFS.
    if (monotonic_ns() - mounts_read_ns_ > kMountsLastNs ||
        (lives && mounts_.by_device(question.device) == nullptr))
        refresh(process);
    if (const bool* local = mounts_.by_device(question.device); local == nullptr || !*local) {
        answer.status = OpenStatus::not_local;
        return answer;
    }
    if (lives) {
        const auto range = fmt::format("map_files/{:x}-{:x}", question.start, question.end);
        if (const UniqueFd place{::openat(process, range.c_str(), O_PATH | O_CLOEXEC)})
            answer = open_checked(question, place.get(), true, process);
        if (answer.status == OpenStatus::ok || answer.status == OpenStatus::not_local ||
            question.path.empty())
            return answer;
        if (const UniqueFd root{::openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC)})
            return open_names(question, root.get(), process);
    }
    if (!question.has_our_names || question.path.empty())
        return answer;
    const UniqueFd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return root ? open_names(question, root.get(), process) : std::move(answer);
}

} // namespace unfreed::names
