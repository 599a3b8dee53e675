// SPDX-License-Identifier: BSD-2-Clause
// Which sockets sock_diag(7) shows, and so ss(8): what is not among them no administrator sees.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <unordered_set>

namespace unfreed {

// A kind of sockets that the kernel dumps as one.
enum class DiagKind : std::uint8_t {
    tcp,
    udp,
    udplite,
    sctp,
    raw,
    unix_,
    netlink,
    packet,
    vsock,
    xdp,
    mptcp,
    none, // sock_diag does not know such sockets
};
// family, type, protocol: of struct sock.
DiagKind diag_kind(std::uint16_t family, std::uint16_t type, std::uint16_t protocol);
std::string_view to_string(DiagKind kind);

struct ShownSockets {
    std::unordered_set<std::uint64_t> cookies; // sock_gen_cookie()
    // Kinds that at least one network namespace did not dump (no such module, not permitted).
    std::set<DiagKind> unavailable;
};

// Asks for all sockets of the network namespace of the calling thread. The kernel gives every
// socket that it shows a cookie, if it has none yet. Fails if there is no sock_diag at all.
Result<> dump_sockets_here(ShownSockets& shown);

// The cookie in one message of a dump (SOCK_DIAG_BY_FAMILY, without its nlmsghdr); 0: malformed.
std::uint64_t diag_cookie(std::span<const std::byte> payload);

} // namespace unfreed
