// SPDX-License-Identifier: BSD-2-Clause
// Real servers under load: a planted leak is found with its exact count, and nothing else is
// accused. UNFREED_SERVER_SECONDS says how long (default 10).
#include "tool.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

namespace unfreed::e2e {
namespace {

// Answers each client, and forgets to close every tenth connection after the client has. With a
// client process of its own, which ends after `seconds`.
constexpr const char* kLeakyServer = R"(
import os, socket, sys, time
port, seconds = int(sys.argv[1]), float(sys.argv[2])
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen(128)
print("ready", flush=True)
sys.stdin.readline()
if os.fork() == 0:
    listener.close()
    end = time.monotonic() + seconds
    while True:
        with socket.create_connection(("127.0.0.1", port)) as client:
            last = time.monotonic() > end
            client.sendall(b"bye" if last else b"get")
            client.recv(100)
        if last:
            os._exit(0)
forgotten, served = [], 0
while True:
    connection, _ = listener.accept()
    request = connection.recv(100)
    connection.sendall(b"answer")
    served += 1
    if served % 10 == 0:
        while connection.recv(100):
            pass
        forgotten.append(connection)
    else:
        connection.close()
    if request == b"bye":
        break
os.wait()
print("leaked", len(forgotten), "of", served, flush=True)
time.sleep(1000)
)";

int free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
    ::close(fd);
    return ntohs(address.sin_port);
}

bool has_program(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

std::string load_seconds() {
    const char* seconds = std::getenv("UNFREED_SERVER_SECONDS");
    return seconds != nullptr ? seconds : "10";
}

std::string write_nginx_config(const std::string& dir, int port) {
    const std::string path = dir + "/nginx.conf";
    std::ofstream(path) << "daemon off; user root; worker_processes 2; pid " << dir << "/pid;\n"
                        << "error_log stderr notice;\n"
                        << "events { worker_connections 1000; }\n"
                        << "http { access_log off; keepalive_timeout 65;\n"
                        << "client_body_temp_path " << dir << "; proxy_temp_path " << dir << ";\n"
                        << "fastcgi_temp_path " << dir << "; uwsgi_temp_path " << dir << ";\n"
                        << "scgi_temp_path " << dir << ";\n"
                        << "server { listen 127.0.0.1:" << port << "; return 200 ok; } }\n";
    return path;
}

// Connections of this port, at either end, that are not in TIME-WAIT, from /proc/net/tcp.
int connections_of(int port) {
    std::ifstream file("/proc/net/tcp");
    std::string line, slot, local, remote, state;
    std::getline(file, line);
    int count = 0;
    while (std::getline(file, line)) {
        std::istringstream(line) >> slot >> local >> remote >> state;
        const auto is_ours = [&](const std::string& address) {
            return std::stoi(address.substr(9), nullptr, 16) == port;
        };
        count += (is_ours(local) || is_ours(remote)) && state != "0A" && state != "06";
    }
    return count;
}

bool has_port(const Json& details, int port) {
    const std::string suffix = ":" + std::to_string(port);
    return details.value("local", "").ends_with(suffix) ||
           details.value("remote", "").ends_with(suffix);
}

// A master that is killed leaves its workers behind: it is to end them.
struct EndsGracefully {
    explicit EndsGracefully(Process& server) : server_(server) {}
    EndsGracefully(const EndsGracefully&) = delete;
    EndsGracefully& operator=(const EndsGracefully&) = delete;
    ~EndsGracefully() {
        server_.signal(SIGTERM);
        server_.finish(std::chrono::seconds(30));
    }

  private:
    Process& server_;
};

TEST(Servers, ThePlantedLeakIsFoundAndNothingElse) {
    for (const char* program : {"nginx", "ab", "python3"})
        if (!has_program(program))
            GTEST_SKIP() << program << " is not installed";
    TempDir dir;
    const int web_port = free_port();
    Process nginx({"nginx", "-e", "stderr", "-c", write_nginx_config(dir.path, web_port)});
    const EndsGracefully end_of_nginx(nginx);
    ASSERT_TRUE(nginx.wait_for("start worker processes", true));
    const int leaky_port = free_port();
    const std::string go = dir.path + "/go";
    ASSERT_EQ(std::system(("mkfifo " + go).c_str()), 0);
    std::ofstream(dir.path + "/server.py") << kLeakyServer;
    Process leaky({"sh", "-c",
                   "exec python3 " + dir.path + "/server.py " + std::to_string(leaky_port) + " " +
                       load_seconds() + " <> " + go});
    ASSERT_TRUE(leaky.wait_for("ready"));

    Process tool(command({"trace", "--class", "socket", "--min-age", "0s", "--duration", "600s",
                          "--top", "100000", "--objects", "100000"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    std::ofstream(go) << "go\n" << std::flush;
    const std::string url = "http://127.0.0.1:" + std::to_string(web_port) + "/";
    Process keep_alive(
        {"ab", "-q", "-k", "-c", "20", "-t", load_seconds(), "-n", "100000000", url});
    Process one_each({"ab", "-q", "-c", "5", "-t", load_seconds(), "-n", "100000000", url});
    EXPECT_EQ(keep_alive.finish(std::chrono::seconds(600)).status, 0);
    EXPECT_EQ(one_each.finish(std::chrono::seconds(600)).status, 0);
    ASSERT_TRUE(leaky.wait_for(" of ", false, std::chrono::seconds(600)));
    for (int i = 0; i < 600 && connections_of(web_port) != 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(connections_of(web_port), 0);
    tool.signal(SIGINT);
    const Json report = report_of(tool.finish());
    leaky.signal(SIGTERM);
    const std::string said = leaky.finish().out;
    const auto planted = std::stoull(said.substr(said.find("leaked ") + 7));
    ASSERT_GT(planted, 10u) << said;

    std::uint64_t found = 0, counted = 0;
    for (const Json& group : report["groups"]) {
        const bool ours =
            std::any_of(group["objects"].begin(), group["objects"].end(), [&](const Json& object) {
                const Json& details = object["details"];
                return has_port(details, leaky_port) || has_port(details, web_port);
            });
        for (const Json& process : group["processes"])
            EXPECT_TRUE(process["comm"] != "nginx" && process["comm"] != "ab") << group;
        if (!ours)
            continue;
        counted += group["count"].get<std::uint64_t>();
        for (const Json& object : group["objects"]) {
            EXPECT_TRUE(has_port(object["details"], leaky_port)) << object;
            EXPECT_EQ(object["details"]["state"], "CLOSE-WAIT") << object;
            ++found;
        }
    }
    EXPECT_EQ(found, planted);
    EXPECT_EQ(counted, planted);
    std::cout << planted << " planted, " << report["totals"]["births"] << " sockets traced\n";
}

} // namespace
} // namespace unfreed::e2e
