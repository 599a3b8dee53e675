// SPDX-License-Identifier: BSD-2-Clause
// A report after each signal that asks for the end, whatever its reader does; and what the command
// of `unfreed run` notices of the tool: nothing.
#include "tool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>

namespace unfreed::e2e {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Longer than what the tool takes for one wish.
constexpr milliseconds kLater{600};

std::string words(const std::vector<std::string>& command) {
    std::string text;
    for (const std::string& word : command)
        text += word + " ";
    return text;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

bool ends_within(pid_t pid, milliseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < deadline) {
        std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
        std::string text;
        if (!std::getline(stat, text) || text.find(") Z") != std::string::npos)
            return true;
        std::this_thread::sleep_for(milliseconds(20));
    }
    return false;
}

// A FIFO that the test can read, or not.
struct Fifo {
    explicit Fifo(std::string name) : path(std::move(name)) {
        if (::mkfifo(path.c_str(), 0600) != 0)
            throw std::runtime_error("mkfifo " + path);
        fd = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    }
    Fifo(const Fifo&) = delete;
    Fifo& operator=(const Fifo&) = delete;
    ~Fifo() { close(); }
    void close() {
        if (fd >= 0)
            ::close(std::exchange(fd, -1));
    }
    // True: nothing goes into it any more.
    bool wait_until_full() const {
        int before = -1;
        for (int i = 0; i < 600; ++i) {
            int waiting = 0;
            ::ioctl(fd, FIONREAD, &waiting);
            if (waiting > 60'000 && waiting == before)
                return true;
            before = waiting;
            std::this_thread::sleep_for(milliseconds(500));
        }
        return false;
    }
    std::string read() const {
        std::string text(65536, '\0');
        const ssize_t got = ::read(fd, text.data(), text.size());
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }
    std::string path;
    int fd = -1;
};

TEST(Reader, ThatStandsStillHoldsNoSignal) {
    TempDir dir;
    const Fifo fifo(dir.path + "/fifo");
    Process tool(command(
        {"trace", "--class", "socket", "--interval", "100ms", "--min-age", "0", "-o", fifo.path}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    ASSERT_TRUE(fifo.wait_until_full());
    tool.signal(SIGINT);
    // The report is there for whoever reads on.
    EXPECT_FALSE(ends_within(tool.pid(), kLater));
    tool.signal(SIGTERM);
    EXPECT_TRUE(ends_within(tool.pid(), seconds(20)));
    EXPECT_EQ(tool.finish().status, 128 + SIGTERM);
    EXPECT_TRUE(no_program_left());
}

TEST(Reader, ThatReadsOnAfterASignalGetsTheLastReport) {
    TempDir dir;
    const Fifo fifo(dir.path + "/fifo");
    Process tool(command(
        {"trace", "--class", "socket", "--interval", "100ms", "--min-age", "0", "-o", fifo.path}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    ASSERT_TRUE(fifo.wait_until_full());
    tool.signal(SIGTERM);
    std::this_thread::sleep_for(kLater);
    std::string all;
    while (!ends_within(tool.pid(), milliseconds(1)))
        all += fifo.read();
    for (std::string more = fifo.read(); !more.empty(); more = fifo.read())
        all += more;
    const int status = tool.finish().status;
    EXPECT_TRUE(status == 0 || status == 4) << status;
    const auto last = all.rfind("\n{\n");
    ASSERT_NE(last, std::string::npos);
    EXPECT_TRUE(Json::accept(all.substr(last)));
}

TEST(Reader, ThatGoesEndsTheTrace) {
    TempDir dir;
    for (const std::vector<std::string>& interval :
         {std::vector<std::string>{}, {"--interval", "300ms"}}) {
        Fifo fifo(dir.path + "/fifo" + std::to_string(interval.size()));
        Process tool(command({"trace", "--class", "socket", "-o", fifo.path}, interval));
        ASSERT_TRUE(tool.wait_for("tracing", true));
        fifo.close();
        const Finished finished = tool.finish(seconds(60));
        EXPECT_EQ(finished.status, 1);
        EXPECT_NE(finished.err.find("nobody reads the report any more"), std::string::npos)
            << finished.err;
    }
    EXPECT_TRUE(no_program_left());
}

TEST(Reader, OfRunMayGoAndTheCommandGoesOn) {
    TempDir dir;
    const std::string mark = dir.path + "/mark";
    Fifo fifo(dir.path + "/fifo");
    Process tool(command({"run", "--class", "socket", "--interval", "200ms", "-o", fifo.path},
                         {"--", "sh", "-c", "sleep 2; touch " + mark}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    fifo.close();
    const Finished finished = tool.finish();
    EXPECT_EQ(finished.status, 1);
    EXPECT_TRUE(fs::exists(mark));
    EXPECT_EQ(count(finished.err, "Broken pipe"), 2u) << finished.err; // one interval, and the end
    EXPECT_TRUE(Json::accept(finished.out)) << finished.out;           // rescued
}

TEST(Interval, AFailedWriteIsToldAtOnceAndTheLastReportIsMade) {
    TempDir dir;
    ASSERT_EQ(::mount("none", dir.path.c_str(), "tmpfs", 0, "size=256k"), 0);
    const std::string report = dir.path + "/report";
    Process tool(command({"trace", "--class", "socket", "--interval", "200ms", "-o", report}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    {
        std::ofstream filler(dir.path + "/filler");
        filler << std::string(300'000, 'x');
    }
    EXPECT_TRUE(tool.wait_for("No space left", true));
    fs::remove(dir.path + "/filler");
    fs::remove(report);
    tool.signal(SIGINT);
    const Finished finished = tool.finish();
    EXPECT_EQ(finished.status, 1) << "a report was lost";
    EXPECT_TRUE(fs::exists(report));
    std::ifstream file(report);
    EXPECT_TRUE(Json::accept(file));
    ::umount(dir.path.c_str());
}

TEST(Interval, ReportsThatAStandstillMissedComeOnce) {
    const auto start = std::chrono::steady_clock::now();
    Process tool(command({"trace", "--class", "socket", "--interval", "500ms"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    tool.signal(SIGSTOP);
    constexpr seconds kStopped{8};
    std::this_thread::sleep_for(kStopped);
    tool.signal(SIGCONT);
    std::this_thread::sleep_for(seconds(1));
    tool.signal(SIGINT);
    const Finished finished = tool.finish();
    const auto ran = std::chrono::steady_clock::now() - start - kStopped;
    // One for what was missed, one at the end.
    EXPECT_LE(count(finished.out, "\"schema\": \"unfreed-report/1\""),
              static_cast<std::size_t>(ran / milliseconds(500)) + 2);
}

TEST(Limits, OfTheStackLeaveRoomForAReport) {
    Process tool(
        {"sh", "-c",
         "ulimit -s 64; exec " + tool_path() + " trace --class socket --min-age 0s --format json"});
    ASSERT_TRUE(tool.wait_for("tracing", true)) << tool.errors();
    TempDir dir;
    const std::string program = own_program("tcp_leaker", dir.path);
    Process leaker({program, "30", "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("leaked"));
    const Finished finished = end_trace(tool, std::chrono::seconds(1));
    EXPECT_EQ(count_of(report_of(finished), "socket", fs::path(program).filename()), 30u)
        << finished.err;
}

TEST(Limits, OfTheFileSizeLosesNoReport) {
    TempDir dir;
    const Finished finished =
        run({"sh", "-c",
             "ulimit -f 1; exec " + words(command({"trace", "--class", "socket", "--duration", "0",
                                                   "-o", dir.path + "/report"}))});
    EXPECT_EQ(finished.status, 1);
    EXPECT_NE(finished.err.find("File too large"), std::string::npos) << finished.err;
    EXPECT_TRUE(Json::accept(finished.out));
    EXPECT_TRUE(fs::is_empty(dir.path));
}

TEST(Signals, ThatTheCallerIgnoresAreIgnored) {
    Process tool(
        {"sh", "-c", "trap '' HUP; exec " + words(command({"trace", "--class", "socket"}))});
    ASSERT_TRUE(tool.wait_for("tracing", true));
    tool.signal(SIGHUP);
    EXPECT_FALSE(ends_within(tool.pid(), seconds(1)));
    tool.signal(SIGTERM);
    report_of(tool.finish());
}

// A script that starts the tool with `&` ends it so: its shell has SIGINT ignored for it.
TEST(Signals, AnInterruptEndsABackgroundJobToo) {
    Process tool(
        {"sh", "-c", "trap '' INT; exec " + words(command({"trace", "--class", "socket"}))});
    ASSERT_TRUE(tool.wait_for("tracing", true));
    tool.signal(SIGINT);
    report_of(tool.finish());
}

TEST(Signals, SentTwiceByOneWishStillGiveTheReport) {
    Process tool(command({"trace", "--class", "socket"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    for (int i = 0; i < 4; ++i) { // as timeout(1) does, which signals its group too
        tool.signal(SIGTERM);
        std::this_thread::sleep_for(milliseconds(1));
    }
    report_of(tool.finish());
}

// The lines of /proc/self/status that say how signals are treated.
std::string treatment(const std::vector<std::string>& before) {
    std::vector<std::string> all = before;
    all.insert(all.end(), {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"});
    return run(all).out;
}

TEST(RunCommand, GetsTheSignalsAsTheyWere) {
    TempDir dir;
    const std::string report = dir.path + "/report";
    EXPECT_EQ(treatment({tool_path(), "run", "-q", "--class", "socket", "-o", report, "--"}),
              treatment({"env"}));
    const std::string ignore_hup = "trap '' HUP; exec \"$@\"";
    EXPECT_EQ(treatment({"sh", "-c", ignore_hup, "sh", tool_path(), "run", "-q", "--class",
                         "socket", "-o", report, "--"}),
              treatment({"sh", "-c", ignore_hup, "sh"}));
}

TEST(RunCommand, IsToldOfASignalThatWeGot) {
    Process tool(command({"run", "--class", "socket"}, {"--", "sleep", "100"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    tool.signal(SIGINT);
    EXPECT_EQ(report_of(tool.finish())["trace"]["command_status"], SIGINT);
}

TEST(RunCommand, ThatOutlivesTheReportIsSaidToRun) {
    Process tool({tool_path(), "run", "--class", "socket", "--", "sh", "-c",
                  "trap '' INT;echo pid $$ end;exec sleep 100"});
    ASSERT_TRUE(tool.wait_for(" end\n", true)); // its output goes to stderr
    tool.signal(SIGINT);
    std::this_thread::sleep_for(kLater);
    tool.signal(SIGINT);
    const Finished finished = tool.finish();
    const std::size_t pid = finished.err.find("pid ");
    ASSERT_NE(pid, std::string::npos) << finished.err;
    const pid_t sleeper = std::atoi(finished.err.c_str() + pid + 4);
    ASSERT_GT(sleeper, 1) << finished.err;
    EXPECT_FALSE(ends_within(sleeper, milliseconds(100)));
    ::kill(sleeper, SIGKILL);
    EXPECT_TRUE(std::regex_search(finished.out, std::regex("it\\s+still\\s+runs"))) << finished.out;
}

} // namespace
} // namespace unfreed::e2e
