// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unfreed {

// Kernel code that holds files which no process has open: layers of overlay file systems, what nfsd
// exports, files behind loop devices, swap files. What it holds cannot be counted, so there no
// reference is called unexplained.
class UnseenUsers {
  public:
    UnseenUsers() = default;
    // devices: file systems of which anything may be held (major << 20 | minor). files: their paths
    // as this process sees them. all: not all of these are known.
    UnseenUsers(std::set<std::uint32_t> devices, std::set<std::string> files, bool all)
        : devices_(std::move(devices)), files_(std::move(files)), all_(all) {}
    // From the texts of /proc/self/mountinfo and /proc/fs/nfsd/exports: directories. Whatever is on
    // their file systems may be held.
    static std::vector<std::string> directories(std::string_view mountinfo,
                                                std::string_view exports);
    // From the text of /proc/swaps: files.
    static std::vector<std::string> swap_files(std::string_view swaps);
    // From the text of /proc/partitions: the numbers of the loop devices that are in use.
    static std::vector<std::uint32_t> loop_devices(std::string_view partitions);

    const std::set<std::uint32_t>& devices() const { return devices_; }
    const std::set<std::string>& files() const { return files_; }
    bool all() const { return all_; }

    // device: as the kernel has it, major << 20 | minor. path: as this process sees it.
    bool may_hold(std::uint32_t device, const std::string& path) const {
        return all_ || devices_.contains(device) || files_.contains(path);
    }

  private:
    std::set<std::uint32_t> devices_;
    std::set<std::string> files_;
    bool all_ = false;
};

} // namespace unfreed
