// SPDX-License-Identifier: BSD-2-Clause
#include "model/socket_names.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <string_view>

namespace unfreed {

std::string socket_family_name(std::uint16_t family) {
    switch (family) {
    case AF_UNIX:
        return "unix";
    case AF_INET:
        return "inet";
    case AF_INET6:
        return "inet6";
    case AF_NETLINK:
        return "netlink";
    case AF_PACKET:
        return "packet";
    default:
        return std::to_string(family);
    }
}

std::string socket_type_name(std::uint16_t family, std::uint16_t type, std::uint16_t protocol) {
    if (family == AF_INET || family == AF_INET6) {
        if (protocol == IPPROTO_TCP)
            return "tcp";
        if (protocol == IPPROTO_UDP)
            return "udp";
    }
    switch (type) {
    case SOCK_STREAM:
        return "stream";
    case SOCK_DGRAM:
        return "dgram";
    case SOCK_SEQPACKET:
        return "seqpacket";
    case SOCK_RAW:
        return "raw";
    default:
        return std::to_string(type);
    }
}

std::string socket_state_name(std::uint8_t state) {
    constexpr std::array<std::string_view, 14> names = {
        "0",          "ESTAB",     "SYN-SENT",     "SYN-RECV",      "FIN-WAIT-1",
        "FIN-WAIT-2", "TIME-WAIT", "UNCONN",       "CLOSE-WAIT",    "LAST-ACK",
        "LISTEN",     "CLOSING",   "NEW-SYN-RECV", "BOUND-INACTIVE"};
    return state < names.size() ? std::string(names[state]) : std::to_string(state);
}

} // namespace unfreed
