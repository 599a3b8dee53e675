// SPDX-License-Identifier: BSD-2-Clause
// Sockets that were only listed (there is no stack that could tell them apart): who holds how many
// of which kind, and how much memory they keep.
#pragma once

#include "model/report.h"
#include "model/snapshot.h"
#include "model/socket_list.h"

#include <cstdint>
#include <functional>
#include <span>

namespace unfreed {

struct SocketGroupOptions {
    std::uint64_t top = 20;
    std::uint64_t sockets_per_group = 3;
    // What is known of a holder; only its names are used.
    std::function<ProcessInfo(std::uint32_t tgid)> process;
};

SocketSection group_sockets(std::span<const ReadSocket> sockets, const SocketGroupOptions& options);

} // namespace unfreed
