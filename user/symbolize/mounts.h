// SPDX-License-Identifier: BSD-2-Clause
// Where file systems are mounted: /proc/PID/mountinfo.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

// The mounts that one process sees, under the names it has for them (after chroot, in a container).
class Mounts {
  public:
    // Lines that are no mount are skipped.
    static Mounts parse(std::string_view text);
    // No more than the first lines that go into most_bytes: any process may make a namespace with
    // 100 000 mounts. Fails with not_found, permission or io.
    static Result<Mounts> read(const std::string& path = "/proc/self/mountinfo",
                               std::size_t most_bytes = 16 * 1024 * 1024);

    // There are more: references() knows too few.
    bool is_cut() const { return is_cut_; }

    // The name of a path within the file system of this device (as the kernel has it: major << 20 |
    // minor); empty: it is mounted nowhere, or only other parts of it.
    std::string full_path(std::uint32_t device, std::string_view path) const;

    // How many mounts hold this place: what is mounted, and what it is mounted on.
    std::uint32_t references(std::uint32_t device, std::string_view path) const;

  private:
    struct Mount {
        std::uint32_t device = 0;
        std::string root; // the part of the file system that is mounted
        std::string point;
    };
    std::vector<Mount> mounts_;
    bool is_cut_ = false;
};

} // namespace unfreed
