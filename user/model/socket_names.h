// SPDX-License-Identifier: BSD-2-Clause
// What ss(8) calls the families, types and states of sockets.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace unfreed {

std::string socket_family_name(std::uint16_t family);
std::string socket_type_name(std::uint16_t family, std::uint16_t type, std::uint16_t protocol);
// What a person calls it: "TCP", "UNIX stream", "NETLINK ROUTE", "ALG", "ICMP (ping)".
std::string socket_name(std::uint16_t family, std::uint16_t type, std::uint16_t protocol);
// "10.16.0.1:443", "[::1]:80"; empty for families that have no such addresses.
std::string socket_address(std::uint16_t family, const std::array<std::uint8_t, 16>& address,
                           std::uint16_t port);
// include/net/tcp_states.h; unix sockets use three of them.
std::string socket_state_name(std::uint8_t state);

} // namespace unfreed
