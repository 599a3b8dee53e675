// SPDX-License-Identifier: BSD-2-Clause
// Where file systems are mounted: /proc/PID/mountinfo.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unfreed {

// The mounts that one process sees, under the names it has for them (after chroot, in a container).
class Mounts {
  public:
    struct Mount {
        std::uint32_t device = 0; // as the kernel has it: major << 20 | minor
        std::string root;         // the part of the file system that is mounted
        std::string point;
    };

    Mounts() = default;
    Mounts(std::vector<Mount> mounts, bool is_cut) : mounts_(std::move(mounts)), is_cut_(is_cut) {}
    // Lines that are no mount are skipped.
    static Mounts parse(std::string_view text, bool is_cut = false);
    const std::vector<Mount>& all() const { return mounts_; }

    // There are more: references() knows too few.
    bool is_cut() const { return is_cut_; }

    // The name of a path within the file system of this device; empty: it is mounted nowhere, or
    // only other parts of it.
    std::string full_path(std::uint32_t device, std::string_view path) const;

    // How many mounts hold this place: what is mounted, and what it is mounted on.
    std::uint32_t references(std::uint32_t device, std::string_view path) const;

  private:
    std::vector<Mount> mounts_;
    bool is_cut_ = false;
};

} // namespace unfreed
