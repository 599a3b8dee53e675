// SPDX-License-Identifier: BSD-2-Clause
#include "model/socket_names.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace unfreed {
namespace {

struct Name {
    std::uint16_t number;
    std::string_view name;
};

template <std::size_t size>
std::string_view name_of(const std::array<Name, size>& names, std::uint16_t number) {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [number](const Name& one) { return one.number == number; });
    return found == names.end() ? std::string_view() : found->name;
}

// include/linux/socket.h: numbers that old libraries do not know yet.
constexpr std::array kFamilies{
    Name{15, "PFKEY"},   Name{17, "PACKET"}, Name{21, "RDS"},       Name{24, "PPP"},
    Name{29, "CAN"},     Name{30, "TIPC"},   Name{31, "BLUETOOTH"}, Name{35, "PHONET"},
    Name{38, "ALG"},     Name{39, "NFC"},    Name{40, "VSOCK"},     Name{41, "KCM"},
    Name{42, "QIPCRTR"}, Name{43, "SMC"},    Name{44, "XDP"},       Name{45, "MCTP"},
};

// include/uapi/linux/in.h
constexpr std::array kInternet{
    Name{1, "ICMP (ping)"},    Name{6, "TCP"},    Name{17, "UDP"},   Name{33, "DCCP"},
    Name{58, "ICMPv6 (ping)"}, Name{115, "L2TP"}, Name{132, "SCTP"}, Name{136, "UDP-Lite"},
    Name{262, "MPTCP"},
};

// include/uapi/linux/netlink.h
constexpr std::array kNetlink{
    Name{0, "ROUTE"},      Name{2, "USERSOCK"},   Name{4, "SOCK_DIAG"}, Name{6, "XFRM"},
    Name{7, "SELINUX"},    Name{8, "ISCSI"},      Name{9, "AUDIT"},     Name{10, "FIB_LOOKUP"},
    Name{11, "CONNECTOR"}, Name{12, "NETFILTER"}, Name{15, "UEVENT"},   Name{16, "GENERIC"},
    Name{20, "RDMA"},      Name{21, "CRYPTO"},
};

std::string with_number(std::string_view what, std::string_view name, std::uint16_t number) {
    return std::string(what) + " " + (name.empty() ? std::to_string(number) : std::string(name));
}

} // namespace

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

std::string socket_name(std::uint16_t family, std::uint16_t type, std::uint16_t protocol) {
    switch (family) {
    case AF_UNSPEC: // of a device, such as tun
        return {};
    case AF_UNIX:
        return "UNIX " + socket_type_name(family, type, protocol);
    case AF_NETLINK:
        return with_number("NETLINK", name_of(kNetlink, protocol), protocol);
    case AF_INET:
    case AF_INET6: {
        if (type == SOCK_RAW)
            return "raw IP";
        const std::string_view name = name_of(kInternet, protocol);
        return name.empty() ? with_number("IP protocol", {}, protocol) : std::string(name);
    }
    default: {
        const std::string_view name = name_of(kFamilies, family);
        return name.empty() ? with_number("family", {}, family) : std::string(name);
    }
    }
}

std::string socket_address(std::uint16_t family, const std::array<std::uint8_t, 16>& address,
                           std::uint16_t port) {
    if (family != AF_INET && family != AF_INET6)
        return {};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_ntop(family, address.data(), text.data(), text.size()) == nullptr)
        return {};
    const std::string host =
        family == AF_INET6 ? "[" + std::string(text.data()) + "]" : std::string(text.data());
    return host + ":" + std::to_string(port);
}

std::string socket_state_name(std::uint8_t state) {
    constexpr std::array<std::string_view, 14> names = {
        "0",          "ESTAB",     "SYN-SENT",     "SYN-RECV",      "FIN-WAIT-1",
        "FIN-WAIT-2", "TIME-WAIT", "UNCONN",       "CLOSE-WAIT",    "LAST-ACK",
        "LISTEN",     "CLOSING",   "NEW-SYN-RECV", "BOUND-INACTIVE"};
    return state < names.size() ? std::string(names[state]) : std::to_string(state);
}

} // namespace unfreed
