// SPDX-License-Identifier: BSD-2-Clause
// The kernel's own count of sockets: /proc/net/sockstat and sockstat6.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

// One line. Which numbers a protocol has depends on the protocol and on the file; sockstat6 has
// inuse only.
struct ProtocolCounts {
    std::string protocol; // "TCP", "UDP6", ... as in the file
    // Counted in the network namespace of the reader:
    std::optional<std::uint64_t> inuse;
    std::optional<std::uint64_t> time_wait;
    // Counted over the whole host:
    std::optional<std::uint64_t> orphan;
    std::optional<std::uint64_t> alloc;
    std::optional<std::uint64_t> mem_pages;
    std::optional<std::uint64_t> memory_bytes; // FRAG
};

struct Sockstat {
    std::optional<std::uint64_t> sockets_used; // of all families; not in sockstat6
    std::vector<ProtocolCounts> protocols;

    static constexpr const char* kPath = "/proc/net/sockstat";
    static constexpr const char* kPath6 = "/proc/net/sockstat6";

    // nullptr: not in the file. The pointer lives as long as this.
    const ProtocolCounts* find(std::string_view protocol) const;

    // Numbers with an unknown name are skipped: kernels add some. Fails with Errc::malformed.
    static Result<Sockstat> parse(std::string_view text);
    // Fails with not_found (no IPv6), permission, io or malformed.
    static Result<Sockstat> read(const std::string& path = kPath);
};

} // namespace unfreed
