// SPDX-License-Identifier: BSD-2-Clause
// Who holds objects at the moment of a report.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace unfreed {

enum class HoldKind : std::uint8_t { fd, cwd, root, mapped };
std::string_view to_string(HoldKind kind);

// One way in which one process holds an object. Processes are named as in the initial PID
// namespace.
struct Holder {
    std::uint64_t address = 0; // of the dentry or the socket
    std::uint32_t tgid = 0;
    std::uint32_t fd = 0; // HoldKind::fd
    HoldKind how = HoldKind::fd;
};

// Holders by the address of what they hold. An object nobody here holds may still be held: in
// flight between sockets, by io_uring, by a mount or by the kernel itself.
class HolderIndex {
  public:
    // Nothing is known of holders: not the same as that there are none.
    HolderIndex() = default;
    // Takes them in any order; the same one twice (a file mapped in parts) counts once.
    explicit HolderIndex(std::vector<Holder> holders);

    bool known() const { return known_; }
    // By what they hold.
    const std::vector<Holder>& all() const { return holders_; }
    // By process, then by descriptor. Valid as long as the index.
    std::span<const Holder> of(std::uint64_t address) const;

  private:
    std::vector<Holder> holders_;
    bool known_ = false;
};

} // namespace unfreed
