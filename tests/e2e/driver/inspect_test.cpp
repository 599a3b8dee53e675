// SPDX-License-Identifier: BSD-2-Clause
// What the report says of single objects is what /proc says of them at the same time.
#include "tool.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace unfreed::e2e {
namespace {

namespace fs = std::filesystem;

std::string link_text(const fs::path& link) {
    std::error_code error;
    const fs::path target = fs::read_symlink(link, error);
    return error ? std::string() : target.string();
}

// Inodes of the sockets that a process has open.
std::set<std::string> socket_inodes(pid_t pid) {
    std::set<std::string> inodes;
    for (const auto& fd : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
        const std::string target = link_text(fd.path());
        if (target.starts_with("socket:["))
            inodes.insert(target.substr(8, target.size() - 9));
    }
    return inodes;
}

struct TcpRow {
    std::string local, remote, state;
};

// "0100007F:1F90", the address as the kernel holds it, to "127.0.0.1:8080".
std::string address_of(const std::string& hex) {
    in_addr address{static_cast<in_addr_t>(std::stoul(hex.substr(0, 8), nullptr, 16))};
    std::string text(INET_ADDRSTRLEN, '\0');
    ::inet_ntop(AF_INET, &address, text.data(), INET_ADDRSTRLEN);
    return std::string(text.c_str()) + ":" + std::to_string(std::stoul(hex.substr(9), nullptr, 16));
}

// /proc/net/tcp by inode.
std::map<std::string, TcpRow> tcp_rows() {
    std::map<std::string, TcpRow> rows;
    std::ifstream file("/proc/net/tcp");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
        words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
            timeout >> inode;
        rows[inode] = {address_of(local), address_of(remote), state};
    }
    return rows;
}

// Details of all listed objects of a program.
std::vector<Json> details_of(const Json& report, const std::string& object_class,
                             const std::string& comm) {
    std::vector<Json> details;
    for (const Json& group : groups_of(report, object_class, comm))
        for (const Json& object : group["objects"])
            details.push_back(object["details"]);
    return details;
}

Json trace_host(const std::string& classes, const std::vector<std::string>& program,
                std::unique_ptr<Process>& leaker) {
    Process tool(command(
        {"trace", "--class", classes, "--min-age", "1s", "--top", "500", "--objects", "100"}));
    EXPECT_TRUE(tool.wait_for("tracing", true));
    leaker = std::make_unique<Process>(program);
    EXPECT_TRUE(leaker->wait_for("leaked"));
    return report_of(end_trace(tool));
}

TEST(Details, OfConnectionsAreThoseOfProc) {
    std::unique_ptr<Process> leaker;
    const Json report =
        trace_host("socket", {program_path("accept_leaker"), "20", "--hold", "forever"}, leaker);
    const auto rows = tcp_rows();
    const std::string netns = link_text("/proc/self/ns/net");
    std::set<std::string> inodes;
    for (const Json& group : report["groups"])
        for (const Json& object : group["objects"]) {
            const Json& details = object["details"];
            // In a host-wide trace without accept() hooks connections have no process.
            if (details.value("state", "") != "CLOSE-WAIT")
                continue;
            const std::string inode = details.value("inode", "");
            ASSERT_TRUE(rows.contains(inode)) << details;
            EXPECT_EQ(details["local"], rows.at(inode).local);
            EXPECT_EQ(details["remote"], rows.at(inode).remote);
            EXPECT_EQ(rows.at(inode).state, "08");
            EXPECT_EQ(details["type"], "tcp");
            EXPECT_EQ("net:[" + details.value("netns", "") + "]", netns);
            inodes.insert(inode);
        }
    std::set<std::string> open = socket_inodes(leaker->pid());
    for (auto it = open.begin(); it != open.end();)
        it = rows.contains(*it) && rows.at(*it).state == "08" ? std::next(it) : open.erase(it);
    EXPECT_EQ(open.size(), 20u);
    EXPECT_EQ(inodes, open);
}

TEST(Details, OfUnixSocketsHaveInodeAndPath) {
    TempDir dir;
    std::unique_ptr<Process> leaker;
    const Json report = trace_host(
        "socket", {program_path("unix_leaker"), "5", "--bind-path", dir.path, "--hold", "forever"},
        leaker);
    std::set<std::string> inodes, paths, files;
    for (const Json& details : details_of(report, "socket", "unix_leaker")) {
        inodes.insert(details.value("inode", ""));
        paths.insert(details.value("path", ""));
        EXPECT_EQ(details["family"], "unix");
        EXPECT_EQ(details["type"], "stream");
    }
    for (const auto& file : fs::directory_iterator(dir.path))
        files.insert(file.path().string());
    EXPECT_EQ(inodes, socket_inodes(leaker->pid()));
    EXPECT_EQ(paths, files);
}

TEST(Details, OfDentriesHaveTheirPath) {
    TempDir dir;
    std::unique_ptr<Process> leaker;
    const Json report = trace_host(
        "dentry", {program_path("dentry_leaker"), dir.path, "10", "--hold", "forever"}, leaker);
    std::set<std::string> listed, files;
    for (const Json& details : details_of(report, "dentry", "dentry_leaker")) {
        const std::string path = details.value("path", "");
        if (path.find(fs::path(dir.path).filename()) != std::string::npos)
            listed.insert(fs::path(path).filename());
    }
    for (const auto& file : fs::directory_iterator(dir.path))
        files.insert(file.path().filename());
    EXPECT_EQ(files.size(), 10u);
    EXPECT_EQ(listed, files);
    const auto groups = groups_of(report, "dentry", "dentry_leaker");
    EXPECT_TRUE(std::any_of(groups.begin(), groups.end(), [](const Json& group) {
        return group["count"] == 10 && group["kind"] == "open";
    })) << report["groups"];
}

} // namespace
} // namespace unfreed::e2e
