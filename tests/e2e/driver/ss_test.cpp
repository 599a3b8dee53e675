// SPDX-License-Identifier: BSD-2-Clause
// Every figure that the report has of a socket is the one that ss(8) has at the same time, whether
// the socket is older than the trace or not.
#include "socket_zoo.h"
#include "ss.h"
#include "tool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <thread>

namespace unfreed::e2e {
namespace {

// A socket of the report: an element of groups[].objects or of the lists of sockets.
using Sockets = std::map<std::string, Json>;

std::string key_of(const Json& socket) {
    const Json& details = socket["details"];
    const std::string inode = details.value("inode", "");
    return inode.empty() ? details.value("local", "") + ">" + details.value("remote", "") : inode;
}

Sockets sockets_of(const Json& section) {
    Sockets sockets;
    for (const Json& group : section["groups"])
        for (const Json& socket : group["sockets"])
            sockets[key_of(socket)] = socket;
    return sockets;
}

Sockets traced_sockets(const Json& report) {
    Sockets sockets;
    for (const Json& group : report["groups"])
        for (const Json& object : group["objects"])
            sockets[key_of(object)] = object;
    return sockets;
}

// The rows of the zoo, as soon as two looks show the same: acknowledgements travel by softirq.
std::optional<SsRows> quiet_ss(const SocketZoo& zoo) {
    SsRows last;
    for (int i = 0; i < 200; ++i) {
        const auto all = read_ss();
        if (!all)
            return std::nullopt;
        SsRows rows;
        for (const std::string& inode : zoo.inodes())
            if (all->contains(inode))
                rows[inode] = all->at(inode);
        for (const std::string& name : zoo.not_accepted())
            if (all->contains(name))
                rows[name] = all->at(name);
        if (!rows.empty() && rows == last)
            return rows;
        last = rows;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    ADD_FAILURE() << "the sockets do not come to rest";
    return last;
}

void expect_queues(const Json& details, const SsRow& row) {
    if (row.state == "LISTEN" && details.contains("accept_queue")) {
        EXPECT_EQ(details["accept_queue"], row.recv_q + " of " + row.send_q) << details;
    }
    if (details.contains("recv_q")) {
        EXPECT_EQ(details["recv_q"], row.recv_q) << details;
        EXPECT_EQ(details["send_q"], row.send_q) << details;
    }
}

std::set<std::pair<pid_t, int>> holders_of(const Json& socket) {
    std::set<std::pair<pid_t, int>> holders;
    for (const Json& holder : socket["holders"])
        for (const Json& fd : holder["fds"])
            holders.emplace(holder["pid"].get<pid_t>(), fd.get<int>());
    return holders;
}

void expect_same(const Json& socket, const SsRow& row) {
    const Json& details = socket["details"];
    EXPECT_EQ(details.value("state", ""), row.state) << details;
    EXPECT_EQ(details.value("inode", ""), row.inode) << details;
    EXPECT_EQ(details.value("skmem", ""), row.skmem) << details;
    if (details["family"] == "unix") {
        EXPECT_EQ(details.value("path", "*"), row.local) << details;
        EXPECT_EQ(details.value("peer_inode", ""), row.peer_inode) << details;
    } else {
        EXPECT_EQ(details.value("local", ""), row.local) << details;
        EXPECT_EQ(details.value("remote", ""), row.remote) << details;
    }
    expect_queues(details, row);
    if (socket.contains("holders")) {
        EXPECT_EQ(holders_of(socket), row.holders) << details;
    }
}

// Those of the zoo that ss shows, one by one.
void expect_all_same(const Sockets& sockets, const SsRows& rows) {
    for (const auto& [key, row] : rows) {
        ASSERT_TRUE(sockets.contains(key)) << key << " " << row.local << " " << row.state;
        expect_same(sockets.at(key), row);
    }
}

std::vector<std::string> trace_command(const std::string& duration) {
    return command({"trace", "--class", "socket", "--min-age", "100ms", "--duration", duration,
                    "--top", "100000", "--objects", "100000"});
}

class Ss : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!read_ss())
            GTEST_SKIP() << "ss (iproute2) is not installed";
    }
    TempDir dir;
};

TEST_F(Ss, AgreesOnSocketsOlderThanTheTrace) {
    const SocketZoo zoo(dir.path);
    const auto before = quiet_ss(zoo);
    const Json report = report_of(run(trace_command("1s")));
    const auto after = quiet_ss(zoo);
    ASSERT_EQ(*before, *after) << "something moved: nothing can be compared";
    // In all: what ss does not show, and what waits for accept().
    ASSERT_EQ(before->size(), zoo.inodes().size() - zoo.unbound().size() + 2);
    ASSERT_TRUE(report["pre_attach_sockets"].is_object()) << report["notes"];
    const Sockets sockets = sockets_of(report["pre_attach_sockets"]);
    expect_all_same(sockets, *before);
    for (const std::string& inode : zoo.unbound())
        EXPECT_TRUE(sockets.contains(inode)) << inode;
    // They are nobody's leak.
    const Sockets traced = traced_sockets(report);
    for (const std::string& inode : zoo.inodes())
        EXPECT_FALSE(traced.contains(inode)) << traced.at(inode);
}

// Of all programs of the host: what ss shows before and after a trace, the trace lists.
TEST_F(Ss, NoneThatItShowsIsMissing) {
    const SocketZoo zoo(dir.path);
    ASSERT_TRUE(quiet_ss(zoo));
    const auto before = read_ss();
    const Json report = report_of(run(trace_command("100ms")));
    const auto after = read_ss();
    ASSERT_TRUE(report["pre_attach_sockets"].is_object()) << report["notes"];
    const Sockets older = sockets_of(report["pre_attach_sockets"]);
    std::size_t compared = 0;
    for (const auto& [key, row] : *before) {
        // The first two are no sockets yet, or no more; a unix socket that waits for accept() has
        // no name that could be looked for.
        if (row.state == "TIME-WAIT" || row.state == "SYN-RECV" ||
            (row.inode.empty() && row.remote.empty()) || !after->contains(key) ||
            after->at(key) != row)
            continue;
        EXPECT_TRUE(older.contains(key)) << key << " " << row.state << " " << row.local;
        ++compared;
    }
    EXPECT_GE(compared, zoo.inodes().size() - zoo.unbound().size());
}

TEST_F(Ss, AgreesOnSocketsThatWereTraced) {
    Process tool(trace_command("300s"));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    const SocketZoo zoo(dir.path);
    const auto before = quiet_ss(zoo);
    tool.signal(SIGINT);
    const Json report = report_of(tool.finish());
    const auto after = quiet_ss(zoo);
    ASSERT_EQ(*before, *after) << "something moved: nothing can be compared";
    ASSERT_EQ(before->size(), zoo.inodes().size() - zoo.unbound().size() + 2);
    expect_all_same(traced_sockets(report), *before);
    const Sockets older = sockets_of(report["pre_attach_sockets"]);
    for (const std::string& inode : zoo.inodes())
        EXPECT_FALSE(older.contains(inode)) << older.at(inode);
}

// What ss does not show is said, and only that.
TEST_F(Ss, SocketsThatItDoesNotShowAreListed) {
    const SocketZoo zoo(dir.path);
    ASSERT_TRUE(quiet_ss(zoo));
    const Json report = report_of(run(trace_command("1s")));
    ASSERT_TRUE(report["hidden_sockets"].is_object()) << report["notes"];
    std::set<std::string> hidden;
    const std::set<std::string> ours = zoo.inodes();
    for (const auto& [key, socket] : sockets_of(report["hidden_sockets"]))
        if (ours.contains(key))
            hidden.insert(key);
    EXPECT_EQ(hidden, zoo.unbound());
}

// Closed sockets to which the kernel has lost a reference: nothing but the trace knows of them.
TEST(Hidden, SocketsOfLostReferencesAre) {
    const char* const module = "/proc/unfreed_leaky";
    if (!std::ifstream(module))
        GTEST_SKIP() << "the module unfreed_leaky is not loaded: only a VM loads it";
    Process tool(trace_command("300s"));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    for (int i = 0; i < 3; ++i)
        std::ofstream(module) << "sock tcp" << std::flush;
    // Old enough for the report as soon as one that is made now would be.
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    tool.signal(SIGINT);
    const Json report = report_of(tool.finish());
    std::uint64_t found = 0;
    for (const Json& group : report["hidden_sockets"]["groups"])
        if (group["standing"] == "closed, and still referenced" && group["type"] == "tcp")
            found += group["count"].get<std::uint64_t>();
    EXPECT_EQ(found, 3u) << report["hidden_sockets"] << report["notes"];
}

} // namespace
} // namespace unfreed::e2e
