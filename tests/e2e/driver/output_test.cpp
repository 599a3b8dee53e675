// SPDX-License-Identifier: BSD-2-Clause
// Where the report goes: -o FILE is no way in for whoever may write to the directory, and no report
// is lost.
#include "tool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

namespace unfreed::e2e {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// In a process of its own, which may change what belongs to a process. True: `check` was.
bool elsewhere(const std::function<bool()>& check) {
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(check() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0;
}

// As somebody else would do it, where all may write.
bool as_nobody(const std::function<bool()>& act) {
    return elsewhere([&] { return ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0 && act(); });
}

std::size_t entries(const std::string& dir) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(dir), fs::directory_iterator()));
}

TEST(OutputFile, NobodyTurnsTheReportOfRootIntoAnotherFile) {
    TempDir dir;
    ASSERT_EQ(::chmod(dir.path.c_str(), 0777), 0);
    const std::string victim = dir.path + "/victim";
    const std::string report = dir.path + "/report";
    std::ofstream(victim) << "precious";
    Process tool(command({"trace", "--class", "socket", "-o", report}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    // Whatever is there while the trace runs, and whatever can be guessed: a link takes its place.
    EXPECT_TRUE(as_nobody([&] {
        for (const auto& entry : fs::directory_iterator(dir.path)) {
            std::error_code ignored;
            if (entry.path() != victim && fs::remove(entry.path(), ignored))
                fs::create_symlink(victim, entry.path());
        }
        const std::string guess = report + ".unfreed-" + std::to_string(tool.pid());
        return ::symlink(victim.c_str(), guess.c_str()) == 0 &&
               ::symlink(victim.c_str(), report.c_str()) == 0;
    }));
    tool.signal(SIGINT);
    const Finished finished = tool.finish();
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_EQ(content(victim), "precious");
    EXPECT_FALSE(fs::is_symlink(report));
    EXPECT_TRUE(Json::accept(content(report)));
    struct stat status {};
    ASSERT_EQ(::stat(report.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << "it holds kernel addresses";
}

TEST(OutputFile, AFifoPlantedAfterTheStartDoesNotHoldIt) {
    TempDir dir;
    ASSERT_EQ(::chmod(dir.path.c_str(), 0777), 0);
    const std::string report = dir.path + "/report";
    Process tool(command({"trace", "--class", "socket", "-o", report}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    const std::string guess = report + ".unfreed-" + std::to_string(tool.pid());
    EXPECT_TRUE(as_nobody(
        [&] { return ::mkfifo(guess.c_str(), 0666) == 0 && ::mkfifo(report.c_str(), 0666) == 0; }));
    tool.signal(SIGINT);
    EXPECT_EQ(tool.finish(std::chrono::seconds(60)).status, 0);
    ASSERT_TRUE(fs::is_regular_file(report));
    EXPECT_TRUE(Json::accept(content(report)));
}

TEST(OutputFile, DevStdoutIsStdout) {
    TempDir dir;
    // In a mount namespace with a /dev of its own: the host's must survive a wrong tool.
    EXPECT_TRUE(elsewhere([&] {
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount("", "/", "", MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("none", "/dev", "tmpfs", 0, nullptr) != 0 ||
            ::mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3)) != 0 ||
            ::symlink("/proc/self/fd", "/dev/fd") != 0 ||
            ::symlink("/proc/self/fd/1", "/dev/stdout") != 0 ||
            ::symlink("fd/2", "/dev/stderr") != 0)
            return false;
        const auto trace = " trace --class socket --duration 0 --format json -q -o ";
        const std::string out = dir.path + "/out";
        const auto goes_to = [&](const std::string& path, const std::string& redirection) {
            const Finished finished =
                run({"sh", "-c", tool_path() + trace + path + " " + redirection + out});
            const bool good = finished.status == 0 && Json::accept(content(out));
            if (!good)
                std::fprintf(stderr, "%s: status %d, %s\n", path.c_str(), finished.status,
                             finished.err.c_str());
            return good;
        };
        return goes_to("/dev/stdout", ">") && goes_to("/dev/fd/1", ">") &&
               goes_to("/dev/stderr", "2>") && fs::is_symlink("/dev/stdout") &&
               fs::is_symlink("/dev/stderr");
    }));
}

TEST(OutputFile, ADirectoryThatIsRemovedLosesNoReport) {
    TempDir dir;
    const std::string gone = dir.path + "/gone";
    fs::create_directory(gone);
    Process tool(command({"trace", "--class", "socket", "-o", gone + "/report"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    fs::remove_all(gone);
    tool.signal(SIGINT);
    const Finished finished = tool.finish();
    EXPECT_EQ(finished.status, 1);
    EXPECT_NE(finished.err.find("went to stdout instead"), std::string::npos) << finished.err;
    EXPECT_TRUE(Json::accept(finished.out));
}

TEST(OutputFile, WithoutStdoutTheReportIsKeptBeside) {
    TempDir dir;
    const std::string report = dir.path + "/report";
    Process tool({"sh", "-c",
                  "exec " + tool_path() + " trace --class socket --format json -o " + report +
                      " >/dev/full"});
    ASSERT_TRUE(tool.wait_for("tracing", true));
    fs::create_directories(report + "/inside"); // no file can take its place
    tool.signal(SIGINT);
    const Finished finished = tool.finish();
    EXPECT_EQ(finished.status, 1);
    const std::string says = "the report was kept in ";
    const auto at = finished.err.find(says);
    ASSERT_NE(at, std::string::npos) << finished.err;
    const std::string rest = finished.err.substr(at + says.size());
    EXPECT_TRUE(Json::accept(content(rest.substr(0, rest.find('\n')))));
    EXPECT_EQ(entries(dir.path), 2u);
}

TEST(OutputFile, SigkillLeavesNothingBeside) {
    TempDir dir;
    Process tool(command({"trace", "--class", "socket", "-o", dir.path + "/report"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    tool.signal(SIGKILL);
    tool.finish();
    EXPECT_EQ(entries(dir.path), 0u);
}

TEST(ClosedDescriptors, ThatTheReportCannotGoAnywhereIsSaidBeforeTheTrace) {
    TempDir dir;
    const std::string mark = dir.path + "/ran";
    const Finished finished = run({"sh", "-c", tool_path() + " run -- touch " + mark + " >&-"});
    EXPECT_EQ(finished.status, 1);
    EXPECT_NE(finished.err.find("cannot write the report to stdout: it is closed"),
              std::string::npos)
        << finished.err;
    EXPECT_FALSE(fs::exists(mark));
}

TEST(ClosedDescriptors, AFileIsWrittenWithoutAny) {
    TempDir dir;
    const std::string report = dir.path + "/report";
    const Finished finished =
        run({"sh", "-c",
             tool_path() + " trace -v --class socket --duration 0 --format json -o " + report +
                 " <&- >&- 2>&-"});
    EXPECT_EQ(finished.status, 0);
    EXPECT_TRUE(Json::accept(content(report)));
}

} // namespace
} // namespace unfreed::e2e
