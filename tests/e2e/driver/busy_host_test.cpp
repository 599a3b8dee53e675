// SPDX-License-Identifier: BSD-2-Clause
// Five leaks beside a compiler, find and a web server: what a reader sees first must be the five.
#include "disk_dir.h"
#include "tool.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <set>

namespace unfreed::e2e {
namespace {

constexpr int kTraceSeconds = 60;
constexpr int kLeakSeconds =
    kTraceSeconds + 300; // goes on after the end, where attaching is slow, too

// A shell command for as long as this object lives, with all its children.
class Load {
  public:
    explicit Load(const std::string& script)
        : process_({"setsid", "sh", "-c", "(" + script + ") >/dev/null 2>&1"}) {}
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;
    ~Load() { ::kill(-process_.pid(), SIGKILL); }

  private:
    Process process_;
};

bool has_program(const std::string& name) {
    return run({"sh", "-c", "command -v " + name}).status == 0;
}

void write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
}

std::string forever(const std::string& command) {
    return "while :; do " + command + " || sleep 1; done";
}

// A compiler, find and a web server; where there is none, churners that do the same to the kernel.
std::vector<std::unique_ptr<Load>> healthy_loads(const std::string& dir, const std::string& disk) {
    std::vector<std::string> scripts{forever("find / -xdev")};
    if (has_program("g++")) {
        write(dir + "/a.cpp", "#include <map>\n#include <string>\n"
                              "std::map<std::string, int> f() { return {}; }\n");
        scripts.push_back(forever("g++ -O2 -c " + dir + "/a.cpp -o " + dir + "/a.o"));
    } else {
        scripts.push_back(forever(program_path("fork_churner") + " --seconds 5"));
        scripts.push_back(forever(program_path("file_churner") + " " + disk + " --seconds 5"));
    }
    if (has_program("nginx") && has_program("ab")) {
        write(dir + "/n.conf", "events {}\nhttp { access_log off; server { listen unix:" + dir +
                                   "/other; listen 127.0.0.1:18371; root " + dir + "; } }\n");
        write(dir + "/index.html", "x");
        ::chmod(dir.c_str(), 0755);
        scripts.push_back("exec nginx -p " + dir + " -c n.conf -g 'daemon off; pid " + dir +
                          "/pid; error_log stderr;'");
        scripts.push_back(forever("ab -q -n 20000 -c 20 http://127.0.0.1:18371/"));
    } else {
        scripts.push_back(forever(program_path("connect_churner") + " --seconds 5"));
    }
    std::vector<std::unique_ptr<Load>> loads;
    for (const std::string& script : scripts)
        loads.push_back(std::make_unique<Load>(script));
    return loads;
}

std::set<std::string> comms_of(const Json& group) {
    std::set<std::string> comms;
    for (const Json& process : group["processes"])
        comms.insert(process["comm"]);
    return comms;
}

// What else runs on the host while this test does is not ours to judge: other tests may leak.
bool is_of_this_test(const Json& row, const std::set<std::string>& planted) {
    static const std::set<std::string> loads{
        "sh", "find",  "g++",   "cc1plus",      "as",           "ld",
        "ab", "nginx", "sleep", "fork_churner", "file_churner", "connect_churner"};
    const std::set<std::string> comms = comms_of(row);
    return comms.empty() || std::any_of(comms.begin(), comms.end(), [&](const std::string& comm) {
               return planted.contains(comm) || loads.contains(comm);
           });
}

std::string line_of(const Json& row) {
    std::string text = row["verdict"].get<std::string>() + " " + row["class"].get<std::string>() +
                       " " + row["cache"].get<std::string>() + " " + row["count"].dump() + " of";
    for (const std::string& comm : comms_of(row))
        text += " " + comm;
    return text + ": " + row["facts"].dump();
}

TEST(BusyHost, FiveLeaksAreTheFirstFiveRows) {
    const DiskDir disk;
    if (disk.path.empty())
        GTEST_SKIP() << disk.problem;
    const TempDir dir;
    const auto loads = healthy_loads(dir.path, disk.path);
    const std::string leaked = disk.path + "/leaked";
    ASSERT_EQ(run({"mkdir", leaked}).status, 0);

    const std::map<std::string, std::vector<std::string>> leaks{{"tcp_leaker", {}},
                                                                {"unix_leaker", {}},
                                                                {"pipe_leaker", {}},
                                                                {"timerfd_leaker", {}},
                                                                {"dentry_leaker", {leaked}}};
    std::set<std::string> planted;
    std::vector<std::unique_ptr<Process>> leakers;
    for (const auto& [name, arguments] : leaks) {
        std::vector<std::string> words{program_path(name)};
        words.insert(words.end(), arguments.begin(), arguments.end());
        words.insert(words.end(), {std::to_string(2 * kLeakSeconds), "--spread",
                                   std::to_string(kLeakSeconds), "--hold", "forever"});
        leakers.push_back(std::make_unique<Process>(words));
        planted.insert(name);
    }
    const Json report = report_of(run(command(
        {"trace", "-q", "--duration", std::to_string(kTraceSeconds) + "s", "--top", "100000"})));
    std::vector<Json> rows;
    for (const Json& group : report["groups"])
        if (group["judged"] == true && group["attention"] != "none" &&
            group["companion"] == false && is_of_this_test(group, planted))
            rows.push_back(group);

    std::set<std::string> first;
    for (std::size_t i = 0; i < std::min(rows.size(), planted.size()); ++i)
        for (const std::string& comm : comms_of(rows[i]))
            first.insert(comm);
    EXPECT_EQ(first, planted);
    std::size_t suspect = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        SCOPED_TRACE(line_of(rows[i]));
        if (i < planted.size()) {
            EXPECT_EQ(rows[i]["verdict"], "leaking");
            continue;
        }
        EXPECT_NE(rows[i]["verdict"], "leaking");
        suspect += rows[i]["verdict"] == "suspect";
    }
    EXPECT_LE(suspect, 2U);
}

// As old as the trace and older: each that it closes it replaces by another.
constexpr const char* kReplacingServer = R"(
import os, socket, time
makers = [lambda: [socket.socket(socket.AF_UNIX)], lambda: [socket.socket()],
          lambda: [os.fdopen(end, "rb", 0) for end in os.pipe()]]
kept = [[make() for _ in range(1600)] for make in makers]
print("ready", flush=True)
while True:
    for make, mine in zip(makers, kept):
        for one in mine.pop(0):
            one.close()
        mine.append(make())
    time.sleep(0.03)
)";

// Of the kind that leaks many older ones go, but they are another program's. Unless that is told,
// they are shared out, and the leak has replaced as many as it made.
TEST(BusyHost, AServerThatReplacesItsOwnHidesNoLeak) {
    if (!has_program("python3"))
        GTEST_SKIP() << "no python3 here";
    Process server(
        {"sh", "-c", "ulimit -n 8192; exec python3 -c '" + std::string(kReplacingServer) + "'"});
    ASSERT_TRUE(server.wait_for("ready"));
    const std::set<std::string> planted{"unix_leaker", "tcp_leaker", "pipe_leaker"};
    std::vector<std::unique_ptr<Process>> leakers;
    for (const std::string& name : planted)
        leakers.push_back(std::make_unique<Process>(std::vector<std::string>{
            program_path(name), "150", "--balanced", "0", "--spread", "75", "--hold", "forever"}));
    const Json report = report_of(
        run(command({"trace", "-q", "--duration", "45s", "--min-age", "2s", "--top", "100000"})));
    std::set<std::string> leaking;
    for (const Json& group : report["groups"]) {
        if (group["judged"] != true || group["companion"] == true)
            continue;
        const std::set<std::string> comms = comms_of(group);
        if (group["verdict"] == "leaking")
            leaking.insert(comms.begin(), comms.end());
        for (const Json& process : group["processes"])
            if (process["pid"] == server.pid()) {
                EXPECT_NE(group["verdict"], "leaking") << line_of(group);
            }
    }
    for (const std::string& name : planted) {
        EXPECT_TRUE(leaking.contains(name)) << name;
        if (!leaking.contains(name))
            for (const Json& group : report["groups"])
                if (comms_of(group).contains(name))
                    ADD_FAILURE() << line_of(group);
    }
}

} // namespace
} // namespace unfreed::e2e
