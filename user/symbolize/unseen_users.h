// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

// Kernel code that holds files which no process has open: layers of overlay file systems, what nfsd
// exports, files behind loop devices, swap files. What it holds cannot be counted, so there no
// reference is called unexplained.
class UnseenUsers {
  public:
    // Reads /proc and /sys; what is missing there is not in use.
    static UnseenUsers read();
    // From the texts of /proc/self/mountinfo and /proc/fs/nfsd/exports: directories. Whatever is on
    // their file systems may be held.
    static std::vector<std::string> directories(std::string_view mountinfo,
                                                std::string_view exports);
    // From the text of /proc/swaps: files.
    static std::vector<std::string> swap_files(std::string_view swaps);

    // device: as the kernel has it, major << 20 | minor. path: as this process sees it.
    bool may_hold(std::uint32_t device, const std::string& path) const {
        return devices_.contains(device) || files_.contains(path);
    }

  private:
    std::set<std::uint32_t> devices_;
    std::set<std::string> files_;
};

} // namespace unfreed
