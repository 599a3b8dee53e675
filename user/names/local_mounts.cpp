// SPDX-License-Identifier: BSD-2-Clause
#include "names/local_mounts.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace unfreed::names {
namespace {

// overlay: its layers are local as a rule; where a lower one is not, the deadline of the file
// helps.
constexpr std::array<std::string_view, 22> kLocal = {
    "bcachefs", "btrfs",    "erofs", "exfat",  "ext2",  "ext3",    "ext4",  "f2fs",
    "hfsplus",  "iso9660",  "jfs",   "nilfs2", "ntfs3", "overlay", "ramfs", "reiserfs",
    "rootfs",   "squashfs", "tmpfs", "vfat",   "xfs",   "zfs"};

std::string_view take(std::string_view& text, char end) {
    const std::size_t at = text.find(end);
    const std::string_view word = text.substr(0, at);
    text.remove_prefix(at == text.npos ? text.size() : at + 1);
    return word;
}

std::optional<std::uint64_t> number(std::string_view word) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size())
        return std::nullopt;
    return value;
}

} // namespace

// "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": blanks in paths are escaped.
void LocalMounts::add(std::string_view mountinfo) {
    while (!mountinfo.empty() && mounts_.size() < kMost) {
        std::string_view line = take(mountinfo, '\n');
        const auto id = number(take(line, ' '));
        take(line, ' ');
        std::string_view device = take(line, ' ');
        const auto major = number(take(device, ':'));
        const auto minor = number(device);
        const std::size_t fields_end = line.find(" - ");
        if (!id || !major || !minor || fields_end == line.npos)
            continue;
        line.remove_prefix(fields_end + 3);
        const bool local = std::find(kLocal.begin(), kLocal.end(), take(line, ' ')) != kLocal.end();
        mounts_[*id] = local;
        devices_[gnu_dev_makedev(static_cast<unsigned>(*major), static_cast<unsigned>(*minor))] =
            local;
    }
}

void LocalMounts::clear() {
    devices_.clear();
    mounts_.clear();
}

} // namespace unfreed::names
