// SPDX-License-Identifier: BSD-2-Clause
#include "abi/table.h"
#include "decode/inspection.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace unfreed::test {
namespace {

uf_inspect answer(std::uint32_t object_class) {
    uf_inspect one{};
    one.object_class = object_class;
    one.details = 1;
    one.verdict = UF_INSPECT_ALIVE;
    one.refcount = 2;
    return one;
}

uf_inspect connection() {
    uf_inspect one = answer(UF_CLASS_SOCKET);
    one.socket.family = AF_INET;
    one.socket.type = SOCK_STREAM;
    one.socket.protocol = IPPROTO_TCP;
    one.socket.state = 8;
    one.socket.local[0] = 127;
    one.socket.local[3] = 1;
    one.socket.local_port = 80;
    one.socket.remote[0] = 10;
    one.socket.remote_port = 4321;
    one.socket.inode = 77;
    one.socket.netns = 5;
    one.socket.rmem_alloc = 1;
    one.socket.rcvbuf = 2;
    one.socket.wmem_alloc = 3;
    one.socket.sndbuf = 4;
    one.socket.forward_alloc = 5;
    one.socket.wmem_queued = 6;
    one.socket.omem_alloc = 7;
    one.socket.backlog = 8;
    one.socket.drops = 9;
    one.socket.recv_bytes = 10;
    one.socket.send_bytes = 11;
    return one;
}

TEST(Inspection, AConnectionReadsAsInSs) {
    const Inspection inspection = decode(connection());
    EXPECT_EQ(inspection.verdict, Inspection::Verdict::alive);
    EXPECT_EQ(inspection.facts.refcount, 2);
    const std::map<std::string, std::string> expected{{"family", "inet"},
                                                      {"inode", "77"},
                                                      {"local", "127.0.0.1:80"},
                                                      {"netns", "5"},
                                                      {"refcount", "2"},
                                                      {"remote", "10.0.0.0:4321"},
                                                      {"recv_q", "10"},
                                                      {"send_q", "11"},
                                                      {"state", "CLOSE-WAIT"},
                                                      {"type", "tcp"},
                                                      {"skmem", "r1,rb2,t3,tb4,f5,w6,o7,bl8,d9"}};
    EXPECT_EQ(inspection.details, expected);
}

TEST(Inspection, TimesOfTcpAreInTicks) {
    uf_inspect one = connection();
    one.socket.flags = UF_SOCKET_CONNECTED | UF_SOCKET_FILE_REFS;
    one.socket.file_refs = 3;
    one.socket.since_received = 500;
    one.socket.since_sent = 250;
    one.socket.tcp_timer = UF_TCP_TIMER_RETRANSMIT;
    one.socket.tcp_timer_in = -2;
    one.socket.retransmits = 4;
    one.socket.error = 104;
    const Inspection inspection = decode(one, 4'000'000);
    EXPECT_EQ(inspection.facts.socket.idle_ns, 1'000'000'000U);
    EXPECT_EQ(inspection.facts.socket.file_refs, 3);
    EXPECT_EQ(inspection.facts.socket.state, SocketState::close_wait);
    EXPECT_EQ(inspection.details.at("last_received"), "2000 ms ago");
    EXPECT_EQ(inspection.details.at("last_sent"), "1000 ms ago");
    EXPECT_EQ(inspection.details.at("timer"), "retransmit in -8 ms");
    EXPECT_EQ(inspection.details.at("retransmits"), "4");
    EXPECT_EQ(inspection.details.at("error"), "104");
    // What was never connected has no such times.
    one.socket.flags = 0;
    EXPECT_EQ(decode(one, 4'000'000).facts.socket.idle_ns, std::nullopt);
    EXPECT_EQ(decode(one, 4'000'000).facts.socket.file_refs, std::nullopt);
}

TEST(Inspection, FactsAreReadWithoutDetails) {
    uf_inspect one = answer(UF_CLASS_SOCKET);
    one.details = 0;
    one.facts = UF_FACT_ORPHAN | UF_FACT_NO_FILE;
    one.socket.family = AF_UNIX;
    one.socket.state = 10;
    one.socket.shutdown = 2;
    one.socket.flags = UF_SOCKET_PATH_DELETED | UF_SOCKET_PEER_DEAD | UF_SOCKET_NO_SOCKET;
    one.socket.unix_path_bytes = 5;
    one.socket.recv_packets = 6;
    one.socket.dentry = 0xffff888000000123;
    one.socket.accept_queue = 99; // not kept by unix sockets
    const Inspection inspection = decode(one);
    const SocketFacts& facts = inspection.facts.socket;
    EXPECT_TRUE(inspection.details.empty());
    EXPECT_TRUE(facts.orphan && facts.no_file && facts.no_socket && facts.bound && facts.abstract);
    EXPECT_TRUE(facts.path_deleted && facts.peer_dead && facts.sends_no_more);
    EXPECT_FALSE(facts.receives_no_more || facts.linger || facts.timer_runs || facts.kernel_made);
    EXPECT_EQ(facts.accept_queue, 6U);
    EXPECT_EQ(facts.dentry, 0xffff888000000123);
    one.socket.state = 77; // a kernel to come
    EXPECT_EQ(decode(one).facts.socket.state, SocketState::unknown);
}

TEST(Inspection, Ipv6HasBrackets) {
    uf_inspect one = connection();
    one.socket.family = AF_INET6;
    std::memset(one.socket.local, 0, sizeof(one.socket.local));
    one.socket.local[15] = 1;
    EXPECT_EQ(decode(one).details.at("local"), "[::1]:80");
}

TEST(Inspection, UnixNamesArePathsOrAbstract) {
    uf_inspect one = answer(UF_CLASS_SOCKET);
    one.socket.family = AF_UNIX;
    one.socket.type = SOCK_SEQPACKET;
    EXPECT_FALSE(decode(one).details.contains("path"));
    std::memcpy(one.socket.unix_path, "/run/x", 7);
    one.socket.unix_path_bytes = 7;
    EXPECT_EQ(decode(one).details.at("path"), "/run/x");
    std::memcpy(one.socket.unix_path, "\0name", 5);
    one.socket.unix_path_bytes = 5;
    EXPECT_EQ(decode(one).details.at("path"), "@name");
    std::memcpy(one.socket.unix_path, "\0a\0b\0", 5); // as ss and /proc/net/unix show it
    EXPECT_EQ(decode(one).details.at("path"), "@a@b@");
    EXPECT_EQ(decode(one).details.at("type"), "seqpacket");
    // More than there is room for: what is there, no more.
    std::memset(one.socket.unix_path, 'a', sizeof(one.socket.unix_path));
    one.socket.unix_path_bytes = 4000;
    EXPECT_EQ(decode(one).details.at("path").size(), sizeof(one.socket.unix_path));
}

TEST(Inspection, ADentryHasItsPath) {
    uf_inspect one = answer(UF_CLASS_DENTRY);
    one.facts = UF_FACT_NEGATIVE;
    std::strcpy(one.dentry.path[0], "file");
    std::strcpy(one.dentry.path[1], "dir");
    one.dentry.names = 2;
    one.dentry.device = 8u << 20 | 1;
    std::strcpy(one.dentry.file_system, "ext4");
    const Inspection inspection = decode(one);
    EXPECT_TRUE(inspection.facts.dentry.negative);
    EXPECT_EQ(inspection.details.at("path"), "/dir/file");
    EXPECT_EQ(inspection.details.at("device"), "8:1");
    EXPECT_EQ(inspection.details.at("inode"), "none (negative)");
    one.dentry.truncated = 1;
    EXPECT_EQ(decode(one).details.at("path"), ".../dir/file");
    one.dentry.names = 1000; // never trust a count
    std::memset(one.dentry.path, 'x', sizeof(one.dentry.path));
    EXPECT_LE(decode(one).details.at("path").size(),
              std::size_t{UF_PATH_NAMES} * (UF_PATH_NAME + 1) + 3);
}

TEST(Inspection, OfTheDeadNothingIsTold) {
    uf_inspect one = connection();
    one.verdict = UF_INSPECT_DEAD;
    EXPECT_EQ(decode(one).verdict, Inspection::Verdict::dead);
    EXPECT_TRUE(decode(one).details.empty());
    one.verdict = 77;
    EXPECT_EQ(decode(one).verdict, Inspection::Verdict::unreadable);
}

} // namespace
} // namespace unfreed::test
