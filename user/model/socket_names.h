// SPDX-License-Identifier: BSD-2-Clause
// What ss(8) calls the families, types and states of sockets.
#pragma once

#include <cstdint>
#include <string>

namespace unfreed {

std::string socket_family_name(std::uint16_t family);
std::string socket_type_name(std::uint16_t family, std::uint16_t type, std::uint16_t protocol);
// include/net/tcp_states.h; unix sockets use three of them.
std::string socket_state_name(std::uint8_t state);

} // namespace unfreed
