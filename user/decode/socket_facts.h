// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/inspect_socket.h"
#include "model/socket_facts.h"

namespace unfreed {

SocketFacts socket_facts(const uf_inspect_socket& socket, std::uint64_t jiffy_ns);

} // namespace unfreed
