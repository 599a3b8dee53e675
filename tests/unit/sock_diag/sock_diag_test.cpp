// SPDX-License-Identifier: BSD-2-Clause
#include "sock_diag/sock_diag.h"

#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace unfreed {
namespace {

template <class Message>
std::vector<std::byte> bytes_of(const Message& message) {
    std::vector<std::byte> bytes(sizeof(message));
    std::memcpy(bytes.data(), &message, sizeof(message));
    return bytes;
}

TEST(SockDiag, CookieOfEachKindOfMessage) {
    inet_diag_msg inet{};
    inet.idiag_family = AF_INET6;
    inet.id.idiag_cookie[0] = 0x89abcdef;
    inet.id.idiag_cookie[1] = 0x1234567;
    EXPECT_EQ(diag_cookie(bytes_of(inet)), 0x0123456789abcdefu);
    unix_diag_msg local{};
    local.udiag_family = AF_UNIX;
    local.udiag_ino = 77;
    local.udiag_cookie[0] = 5;
    EXPECT_EQ(diag_cookie(bytes_of(local)), 5u);
    netlink_diag_msg netlink{};
    netlink.ndiag_family = AF_NETLINK;
    netlink.ndiag_cookie[1] = 1;
    EXPECT_EQ(diag_cookie(bytes_of(netlink)), std::uint64_t{1} << 32);
    packet_diag_msg packet{};
    packet.pdiag_family = AF_PACKET;
    packet.pdiag_cookie[0] = 9;
    EXPECT_EQ(diag_cookie(bytes_of(packet)), 9u);
}

TEST(SockDiag, ShortOrUnknownMessagesHaveNone) {
    inet_diag_msg inet{};
    inet.idiag_family = AF_INET;
    inet.id.idiag_cookie[0] = 1;
    auto bytes = bytes_of(inet);
    bytes.pop_back();
    EXPECT_EQ(diag_cookie(bytes), 0u);
    EXPECT_EQ(diag_cookie({}), 0u);
    bytes[0] = std::byte{0xff};
    EXPECT_EQ(diag_cookie(bytes), 0u);
}

TEST(SockDiag, KindsAreThoseThatTheKernelDumps) {
    EXPECT_EQ(diag_kind(AF_INET, SOCK_STREAM, IPPROTO_TCP), DiagKind::tcp);
    EXPECT_EQ(diag_kind(AF_INET, SOCK_STREAM, 262), DiagKind::mptcp);
    EXPECT_EQ(to_string(DiagKind::mptcp), "mptcp");
    EXPECT_EQ(diag_kind(AF_INET6, SOCK_DGRAM, IPPROTO_UDP), DiagKind::udp);
    EXPECT_EQ(diag_kind(AF_INET, SOCK_RAW, IPPROTO_ICMP), DiagKind::raw);
    EXPECT_EQ(diag_kind(AF_UNIX, SOCK_SEQPACKET, 0), DiagKind::unix_);
    EXPECT_EQ(diag_kind(AF_NETLINK, SOCK_RAW, 9), DiagKind::netlink);
    // Unprivileged ping, and AF_ALG: nobody lists them.
    EXPECT_EQ(diag_kind(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), DiagKind::none);
    EXPECT_EQ(diag_kind(38, SOCK_SEQPACKET, 0), DiagKind::none);
}

// SO_COOKIE of a socket of ours is among those that the kernel shows.
TEST(SockDiag, ShowsASocketOfThisProcess) {
    ShownSockets shown;
    if (const auto dumped = dump_sockets_here(shown); !dumped)
        GTEST_SKIP() << dumped.error().message;
    if (shown.unavailable.contains(DiagKind::unix_))
        GTEST_SKIP() << "no unix_diag on this host";
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint64_t cookie = 0;
    socklen_t size = sizeof(cookie);
    ASSERT_EQ(::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size), 0);
    EXPECT_FALSE(shown.cookies.contains(cookie));
    ASSERT_TRUE(dump_sockets_here(shown));
    EXPECT_TRUE(shown.cookies.contains(cookie));
    ::close(fd);
}

// ss -M shows a listening one since 5.19 (mptcp_diag_dump_listeners).
TEST(SockDiag, ShowsAnMptcpListener) {
    constexpr int kMptcp = 262;
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, kMptcp);
    if (fd < 0)
        GTEST_SKIP() << "no MPTCP on this host";
    std::uint64_t cookie = 0;
    socklen_t size = sizeof(cookie);
    ASSERT_EQ(::listen(fd, 1), 0);
    ASSERT_EQ(::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size), 0);
    ShownSockets shown;
    const auto dumped = dump_sockets_here(shown);
    ::close(fd);
    if (!dumped || shown.unavailable.contains(DiagKind::mptcp))
        GTEST_SKIP() << "no mptcp_diag on this host";
    EXPECT_TRUE(shown.cookies.contains(cookie));
}

} // namespace
} // namespace unfreed
