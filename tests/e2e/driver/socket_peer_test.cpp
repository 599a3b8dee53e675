// SPDX-License-Identifier: BSD-2-Clause
// The other end of a unix socket is named, also where it is not followed: the test itself has it.
#include "kind_cases.h"
#include "socket_zoo.h"
#include "tool.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <thread>

namespace unfreed::e2e {
namespace {

constexpr std::chrono::milliseconds kOldEnough{1500}; // --min-age and some
constexpr int kConnections = 10;

// The unix socket DIR/server, in the hands of the test. The kernel refuses connections beyond the
// backlog, so all that were made wait until they are accepted.
class Server {
  public:
    Server(const std::string& dir, int type)
        : path_(dir + "/server"), fd_(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path_.data(), path_.size());
        EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
        if (type == SOCK_STREAM) {
            EXPECT_EQ(::listen(fd_, kConnections), 0);
        }
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        for (const auto& [inode, fd] : accepted_)
            ::close(fd);
        ::close(fd_);
    }

    void accept_all() {
        for (int i = 0; i < kConnections; ++i) {
            const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
            EXPECT_GE(fd, 0);
            accepted_[inode_of(fd)] = fd;
        }
    }
    // By inode.
    const std::map<std::string, int>& accepted() const { return accepted_; }
    const std::string& path() const { return path_; }
    int fd() const { return fd_; }

  private:
    std::string path_;
    int fd_;
    std::map<std::string, int> accepted_;
};

class SocketPeer : public testing::Test {
  protected:
    // What the leaker left, by a trace of it alone (or of the host).
    Json trace(const std::string& kind, Server& server, bool accept, bool host = false) {
        auto program =
            kind_command("unixkind_leaker", std::to_string(kConnections), kind, dir_.path);
        program.insert(program.end(), {"--wait-start", "--balanced", "0"});
        leaker_.emplace(program);
        EXPECT_TRUE(leaker_->wait_for("waiting"));
        std::vector<std::string> options{"trace", "--class",    "socket", "--min-age",
                                         "1s",    "--duration", "1h",     "--objects",
                                         "1000",  "--top",      "1000"};
        if (!host)
            options.insert(options.end(), {"-p", std::to_string(leaker_->pid())});
        Process tool(command(options));
        EXPECT_TRUE(tool.wait_for("tracing", true));
        leaker_->signal(SIGUSR1);
        EXPECT_TRUE(leaker_->wait_for("leaked"));
        if (accept)
            server.accept_all();
        std::this_thread::sleep_for(kOldEnough);
        tool.signal(SIGINT);
        return report_of(tool.finish());
    }

    // The sockets of one kind that the leaker made, and has if anybody does: those that wait at a
    // server are made by the process that connects, too.
    std::vector<Json> objects(const Json& report, const std::string& kind) const {
        std::vector<Json> found;
        for (const Json& group : groups_of(report, "socket", "unixkind_leaker"))
            if (group["kind"] == kind)
                for (const Json& object : group["objects"])
                    if (object["holders"].empty() || object["holders"][0]["pid"] == leaker_->pid())
                        found.push_back(object);
        return found;
    }

    static std::string held_here(int fd) {
        return "unfreed_e2e[" + std::to_string(::getpid()) + "] fd " + std::to_string(fd);
    }

    // Each is connected to one of those that were accepted, and all are different.
    static void expect_accepted_peers(const std::vector<Json>& sockets, const Server& server) {
        std::map<std::string, int> left = server.accepted();
        for (const Json& socket : sockets) {
            const Json& details = socket["details"];
            ASSERT_TRUE(left.contains(details.value("peer_inode", ""))) << details;
            EXPECT_EQ(details["peer"], "open");
            EXPECT_EQ(details["peer_path"], server.path());
            EXPECT_EQ(details["peer_held_by"], held_here(left[details["peer_inode"]]));
            left.erase(details["peer_inode"].get<std::string>());
        }
        EXPECT_TRUE(left.empty());
    }

    TempDir dir_;
    std::optional<Process> leaker_;
};

TEST_F(SocketPeer, OfAConnectionIsNamed) {
    Server server(dir_.path, SOCK_STREAM);
    const Json report = trace("connected", server, true);
    if (cannot_inspect(report))
        GTEST_SKIP() << "this kernel reads no single objects";
    expect_accepted_peers(objects(report, "never-closed"), server);
}

// The client makes both ends. Those that somebody else has accepted are that one's.
TEST_F(SocketPeer, ThatWasAcceptedElsewhereIsNotTheClients) {
    Server server(dir_.path, SOCK_STREAM);
    const Json report = trace("connected", server, true);
    std::uint64_t count = 0;
    for (const Json& group : groups_of(report, "socket", "unixkind_leaker"))
        count += group["count"].get<std::uint64_t>();
    EXPECT_EQ(count, std::uint64_t{kConnections}) << report.dump(1);
}

TEST_F(SocketPeer, ThatWaitsForAcceptIsNamed) {
    Server server(dir_.path, SOCK_STREAM);
    const Json report = trace("connected", server, false);
    if (cannot_inspect(report))
        GTEST_SKIP() << "this kernel reads no single objects";
    const auto sockets = objects(report, "never-closed");
    EXPECT_EQ(sockets.size(), std::size_t{kConnections});
    for (const Json& socket : sockets) {
        EXPECT_EQ(socket["details"]["peer"], "not accepted");
        EXPECT_EQ(socket["details"]["peer_path"], server.path());
        EXPECT_FALSE(socket["details"].contains("peer_inode"));
    }
}

// It is older than the trace, and one for all.
TEST_F(SocketPeer, OfDatagramSocketsIsNamed) {
    Server server(dir_.path, SOCK_DGRAM);
    const Json report = trace("connected-dgram", server, false);
    if (cannot_inspect(report))
        GTEST_SKIP() << "this kernel reads no single objects";
    const auto sockets = objects(report, "never-closed");
    EXPECT_EQ(sockets.size(), std::size_t{kConnections});
    for (const Json& socket : sockets) {
        const Json& details = socket["details"];
        EXPECT_EQ(details["peer"], "open");
        EXPECT_EQ(details["peer_inode"], inode_of(server.fd()));
        EXPECT_EQ(details["peer_path"], server.path());
        EXPECT_EQ(details["peer_held_by"], held_here(server.fd()));
    }
}

// A closed socket knows its other end no more: that one is looked for among all sockets.
TEST_F(SocketPeer, ThatHoldsAClosedOneIsNamed) {
    for (const bool host : {false, true}) {
        TempDir dir;
        dir_.path.swap(dir.path);
        Server server(dir_.path, SOCK_STREAM);
        const Json report = trace("disconnected", server, true, host);
        if (cannot_inspect(report))
            GTEST_SKIP() << "this kernel reads no single objects";
        expect_accepted_peers(objects(report, "closed-still-alive"), server);
        std::uint64_t count = 0;
        for (const Json& group : groups_of(report, "socket", "unixkind_leaker")) {
            if (group["kind"] != "closed-still-alive")
                continue;
            count += group["count"].get<std::uint64_t>();
            const std::string evidence = group["evidence"];
            EXPECT_NE(evidence.find("10 held by the unix socket at their other end"),
                      std::string::npos)
                << evidence;
            EXPECT_NE(
                evidence.find("the other end is that of unfreed_e2e[" + std::to_string(::getpid())),
                std::string::npos)
                << evidence;
        }
        EXPECT_EQ(count, std::uint64_t{kConnections});
        dir_.path.swap(dir.path);
    }
}

} // namespace
} // namespace unfreed::e2e
