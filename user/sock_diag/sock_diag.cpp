// SPDX-License-Identifier: BSD-2-Clause
#include "sock_diag/sock_diag.h"

#include "base/log.h"
#include "base/unique_fd.h"

#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <linux/vm_sockets_diag.h>
#include <linux/xdp_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace unfreed {
namespace {

// Of linux/socket.h; old libcs lack them.
constexpr std::uint8_t kAfVsock = 40;
constexpr std::uint8_t kAfXdp = 44;

struct Query {
    DiagKind kind;
    std::uint8_t family;
    std::uint16_t protocol;
};
// Of linux/in.h (5.6): more than the request's field holds.
constexpr std::uint16_t kMptcp = 262;
constexpr std::array kQueries{
    Query{DiagKind::tcp, AF_INET, IPPROTO_TCP},
    Query{DiagKind::tcp, AF_INET6, IPPROTO_TCP},
    Query{DiagKind::udp, AF_INET, IPPROTO_UDP},
    Query{DiagKind::udp, AF_INET6, IPPROTO_UDP},
    Query{DiagKind::udplite, AF_INET, IPPROTO_UDPLITE},
    Query{DiagKind::udplite, AF_INET6, IPPROTO_UDPLITE},
    Query{DiagKind::sctp, AF_INET, IPPROTO_SCTP},
    Query{DiagKind::sctp, AF_INET6, IPPROTO_SCTP},
    Query{DiagKind::mptcp, AF_INET, kMptcp},
    Query{DiagKind::mptcp, AF_INET6, kMptcp},
    Query{DiagKind::raw, AF_INET, IPPROTO_RAW},
    Query{DiagKind::raw, AF_INET6, IPPROTO_RAW},
    Query{DiagKind::unix_, AF_UNIX, 0},
    Query{DiagKind::netlink, AF_NETLINK, NDIAG_PROTO_ALL},
    Query{DiagKind::packet, AF_PACKET, 0},
    Query{DiagKind::vsock, kAfVsock, 0},
    Query{DiagKind::xdp, kAfXdp, 0},
};

template <class Request>
std::vector<std::byte> bytes_of(const Request& request) {
    std::vector<std::byte> bytes(sizeof(request));
    std::memcpy(bytes.data(), &request, sizeof(request));
    return bytes;
}

constexpr std::uint32_t kAllStates = ~0u;

// A protocol above 255 is told by an attribute (5.9). Kernels that do not know it look for the
// number in the field, which no protocol has (RFC 3692), and say that there is no such dump.
std::vector<std::byte> inet_request(const Query& query) {
    constexpr std::uint8_t kNone = 253;
    const bool large = query.protocol > UINT8_MAX;
    inet_diag_req_v2 request{};
    request.sdiag_family = query.family;
    request.sdiag_protocol = large ? kNone : static_cast<std::uint8_t>(query.protocol);
    request.idiag_states = kAllStates;
    std::vector<std::byte> bytes = bytes_of(request);
    if (!large)
        return bytes;
    struct {
        nlattr header;
        std::uint32_t protocol;
    } const attribute{{sizeof(attribute), INET_DIAG_REQ_PROTOCOL}, query.protocol};
    const auto tail = bytes_of(attribute);
    bytes.insert(bytes.end(), tail.begin(), tail.end());
    return bytes;
}

std::vector<std::byte> request_of(const Query& query) {
    switch (query.family) {
    case AF_UNIX: {
        unix_diag_req request{};
        request.sdiag_family = AF_UNIX;
        request.udiag_states = kAllStates;
        return bytes_of(request);
    }
    case AF_NETLINK: {
        netlink_diag_req request{};
        request.sdiag_family = AF_NETLINK;
        request.sdiag_protocol = static_cast<std::uint8_t>(query.protocol);
        return bytes_of(request);
    }
    case AF_PACKET: {
        packet_diag_req request{};
        request.sdiag_family = AF_PACKET;
        return bytes_of(request);
    }
    case kAfVsock: {
        vsock_diag_req request{};
        request.sdiag_family = kAfVsock;
        request.vdiag_states = kAllStates;
        return bytes_of(request);
    }
    case kAfXdp: {
        xdp_diag_req request{};
        request.sdiag_family = kAfXdp;
        return bytes_of(request);
    }
    default:
        return inet_request(query);
    }
}

std::uint64_t to_cookie(const __u32* words) {
    return words[0] | (static_cast<std::uint64_t>(words[1]) << 32);
}

template <class Message>
bool copy_message(std::span<const std::byte> payload, Message& message) {
    if (payload.size() < sizeof(message))
        return false;
    std::memcpy(&message, payload.data(), sizeof(message));
    return true;
}

Result<> send_query(int fd, const Query& query) {
    const std::vector<std::byte> request = request_of(query);
    nlmsghdr header{};
    header.nlmsg_len = static_cast<__u32>(NLMSG_HDRLEN + request.size());
    header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    std::vector<std::byte> message = bytes_of(header);
    message.insert(message.end(), request.begin(), request.end());
    if (::send(fd, message.data(), message.size(), 0) < 0)
        return fail_errno(Errc::io, errno, "cannot ask sock_diag");
    return {};
}

// One datagram of a dump. True: it was the last.
Result<bool> read_answers(std::span<const std::byte> datagram, ShownSockets& shown) {
    while (datagram.size() >= sizeof(nlmsghdr)) {
        nlmsghdr header{};
        std::memcpy(&header, datagram.data(), sizeof(header));
        if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > datagram.size())
            return fail(Errc::malformed, "an answer of sock_diag is cut off");
        const auto payload =
            datagram.subspan(NLMSG_HDRLEN, header.nlmsg_len - std::size_t{NLMSG_HDRLEN});
        if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
            int error = 0;
            if (copy_message(payload, error) && error < 0)
                return fail_errno(Errc::unsupported, -error, "sock_diag");
            return true;
        }
        if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY)
            if (const std::uint64_t cookie = diag_cookie(payload); cookie != 0)
                shown.cookies.insert(cookie);
        const std::size_t length = NLMSG_ALIGN(header.nlmsg_len);
        datagram = datagram.subspan(std::min(length, datagram.size()));
    }
    return false;
}

Result<> dump(int fd, const Query& query, ShownSockets& shown) {
    if (auto sent = send_query(fd, query); !sent)
        return sent;
    std::vector<std::byte> buffer(1 << 17);
    for (;;) {
        const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return fail_errno(Errc::io, errno, "cannot read from sock_diag");
        auto last = read_answers({buffer.data(), static_cast<std::size_t>(size)}, shown);
        if (!last)
            return fail(last.error());
        if (*last)
            return {};
    }
}

} // namespace

std::string_view to_string(DiagKind kind) {
    constexpr std::array<std::string_view, 12> names = {"tcp",   "udp",  "udplite", "sctp",
                                                        "raw",   "unix", "netlink", "packet",
                                                        "vsock", "xdp",  "mptcp",   "none"};
    return names[static_cast<std::size_t>(kind)];
}

DiagKind diag_kind(std::uint16_t family, std::uint16_t type, std::uint16_t protocol) {
    switch (family) {
    case AF_UNIX:
        return DiagKind::unix_;
    case AF_NETLINK:
        return DiagKind::netlink;
    case AF_PACKET:
        return DiagKind::packet;
    case kAfVsock:
        return DiagKind::vsock;
    case kAfXdp:
        return DiagKind::xdp;
    case AF_INET:
    case AF_INET6:
        break;
    default:
        return DiagKind::none;
    }
    if (type == SOCK_RAW)
        return DiagKind::raw;
    for (const Query& query : kQueries)
        if (query.family == family && query.protocol == protocol)
            return query.kind;
    return DiagKind::none;
}

std::uint64_t diag_cookie(std::span<const std::byte> payload) {
    if (payload.empty())
        return 0;
    switch (static_cast<std::uint8_t>(payload[0])) {
    case AF_INET:
    case AF_INET6: {
        inet_diag_msg message{};
        return copy_message(payload, message) ? to_cookie(message.id.idiag_cookie) : 0;
    }
    case AF_UNIX: {
        unix_diag_msg message{};
        return copy_message(payload, message) ? to_cookie(message.udiag_cookie) : 0;
    }
    case AF_NETLINK: {
        netlink_diag_msg message{};
        return copy_message(payload, message) ? to_cookie(message.ndiag_cookie) : 0;
    }
    case AF_PACKET: {
        packet_diag_msg message{};
        return copy_message(payload, message) ? to_cookie(message.pdiag_cookie) : 0;
    }
    case kAfVsock: {
        vsock_diag_msg message{};
        return copy_message(payload, message) ? to_cookie(message.vdiag_cookie) : 0;
    }
    case kAfXdp: {
        xdp_diag_msg message{};
        return copy_message(payload, message) ? to_cookie(message.xdiag_cookie) : 0;
    }
    default:
        return 0;
    }
}

Result<> dump_sockets_here(ShownSockets& shown) {
    const UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    if (!fd)
        return fail_errno(Errc::unsupported, errno, "there is no sock_diag");
    for (const Query& query : kQueries)
        if (auto dumped = dump(fd.get(), query, shown); !dumped) {
            log::debug(
                fmt::format("{} sockets: {}", to_string(query.kind), dumped.error().message));
            shown.unavailable.insert(query.kind);
        }
    return {};
}

} // namespace unfreed
