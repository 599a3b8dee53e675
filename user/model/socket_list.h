// SPDX-License-Identifier: BSD-2-Clause
// Sockets that exist, whoever made them and when.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

namespace unfreed {

// A descriptor that refers to a socket.
struct SocketHolder {
    std::uint32_t tgid = 0;
    std::uint32_t fd = 0;
    friend auto operator<=>(const SocketHolder&, const SocketHolder&) = default;
};

// A socket that was listed: nothing but which one, and who has it.
struct ListedSocket {
    std::uint64_t address = 0;
    std::uint64_t cookie = 0;          // never given twice
    std::vector<SocketHolder> holders; // sorted; empty: in no descriptor of any process
};

} // namespace unfreed
