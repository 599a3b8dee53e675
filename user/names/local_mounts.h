// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace unfreed::names {

// Which file systems and mounts answer without somebody else's help: those on a disk or in memory.
// Found out from mountinfo, because statfs() asks the file system, which may wait for a dead server
// (FUSE, NFS) for ever. What is not known to be local is not.
class LocalMounts {
  public:
    // Mounts kept; the text is cut, too.
    static constexpr std::size_t kMost = 131'072;

    // From the text of a mountinfo file. Lines that are no mounts are skipped.
    void add(std::string_view mountinfo);
    void add_device(std::uint64_t device, bool local) { devices_[device] = local; }
    void clear();

    // device: as st_dev of stat(). nullptr: unknown.
    const bool* by_device(std::uint64_t device) const { return find(devices_, device); }
    const bool* by_mount(std::uint64_t id) const { return find(mounts_, id); }

  private:
    static const bool* find(const std::unordered_map<std::uint64_t, bool>& in, std::uint64_t key) {
        const auto found = in.find(key);
        return found != in.end() ? &found->second : nullptr;
    }

    std::unordered_map<std::uint64_t, bool> devices_;
    std::unordered_map<std::uint64_t, bool> mounts_;
};

} // namespace unfreed::names
