// SPDX-License-Identifier: BSD-2-Clause
// A real program that fills the dentry cache: NSS looks up thousands of names that do not exist, to
// measure how fast the directory of its certificate database is.
#include "disk_dir.h"
#include "tool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace unfreed::e2e {
namespace {

namespace fs = std::filesystem;

// From then on entries can be made in the directory, but not removed (chattr +a).
bool set_append_only(const std::string& directory, bool on) {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_CLOEXEC);
    int flags = 0;
    bool done = fd >= 0 && ::ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0;
    flags = on ? flags | FS_APPEND_FL : flags & ~FS_APPEND_FL;
    done = done && ::ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
    if (fd >= 0)
        ::close(fd);
    return done;
}

bool is_installed(const std::string& program) {
    return fs::exists("/usr/bin/" + program);
}

// Look-ups of the names that NSS makes up which failed, as strace wrote them down.
std::uint64_t failed_lookups(const std::string& log) {
    std::ifstream file(log);
    std::uint64_t count = 0;
    for (std::string line; std::getline(file, line);)
        count += line.find("_dOeSnotExist_.db") != std::string::npos &&
                 line.find("ENOENT") != std::string::npos;
    return count;
}

class Incident : public testing::Test {
  protected:
    void SetUp() override {
        for (const char* program : {"certutil", "strace"})
            if (!is_installed(program))
                GTEST_SKIP() << program << " is not installed (install-deps.sh --tests)";
        if (dir_.path.empty())
            GTEST_SKIP() << dir_.problem;
        database_ = dir_.path + "/nssdb";
        fs::create_directory(database_);
        ASSERT_EQ(
            run({"/usr/bin/certutil", "-N", "-d", "sql:" + database_, "--empty-password"}).status,
            0);
        // NSS probes in a directory of its own, and removes it with all it has cached. Where it
        // cannot, the names stay, as they did in every release before it had that directory.
        if (!set_append_only(database_, true))
            GTEST_SKIP() << "the file system knows no append-only directories";
        ::setenv("NSS_SDB_USE_CACHE", "auto", 1);
        ::setenv("SQLITE_TMPDIR", database_.c_str(), 1);
    }
    void TearDown() override {
        ::unsetenv("NSS_SDB_USE_CACHE");
        ::unsetenv("SQLITE_TMPDIR");
        if (!database_.empty())
            set_append_only(database_, false);
    }

    // The directory, what the names have in common, what to do, and who asked for them: the library
    // and the program, though neither keeps frame pointers.
    void expect_accused(const Json& flood) const {
        EXPECT_TRUE(flood["directory"].get<std::string>().starts_with(database_))
            << flood["directory"];
        if (flood["kind"] == "negative-flood") {
            EXPECT_NE(flood["advice"].get<std::string>().find("NSS_SDB_USE_CACHE"),
                      std::string::npos);
        }
        EXPECT_EQ(flood["reclaimable"], true);
        std::set<std::string> modules;
        for (const Json& frame : flood["user_stack"])
            modules.insert(fs::path(frame["module"].get<std::string>()).filename());
        for (const char* module : {"libsoftokn3.so", "libnss3.so", "certutil"}) {
            EXPECT_TRUE(modules.contains(module)) << module << " is not in " << flood["user_stack"];
        }
    }

    DiskDir dir_;
    std::string database_;
};

TEST_F(Incident, NssFillsTheDentryCache) {
    const std::string log = dir_.path + "/strace";
    const Json report = report_of(
        run(command({"run", "--class", "dentry", "--top", "100"},
                    {"--", "/usr/bin/strace", "-f", "-e", "trace=access,faccessat,faccessat2", "-o",
                     log, "/usr/bin/certutil", "-L", "-d", "sql:" + database_})));
    const std::uint64_t lookups = failed_lookups(log);
    ASSERT_GT(lookups, 100u) << "NSS did not measure";
    // NSS measures several times on the way, each time from another function: a row each.
    // Where strace is slow, the smaller ones are not enough to be called a flood.
    std::uint64_t found = 0;
    bool is_flood = false;
    for (const Json& group : groups_of(report, "dentry", "certutil"))
        if (group["pattern"] == ".<N>_dOeSnotExist_.db") {
            found += group["count"].get<std::uint64_t>();
            is_flood |= group["kind"] == "negative-flood";
            expect_accused(group);
        }
    EXPECT_TRUE(is_flood);
    EXPECT_EQ(found, lookups) << report["groups"].dump().substr(0, 4000);
}

// A program that lives for a part of a second, in a trace of the whole host.
TEST_F(Incident, AWholeHostTraceNamesTheLibrary) {
    Process tool(command(
        {"trace", "--class", "dentry", "--min-age", "0s", "--duration", "1h", "--top", "1000"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    ASSERT_EQ(run({"/usr/bin/certutil", "-L", "-d", "sql:" + database_}).status, 0);
    const Json report = report_of(end_trace(tool));
    bool is_flood = false;
    for (const Json& group : groups_of(report, "dentry", "certutil"))
        if (group["kind"] == "negative-flood") {
            is_flood = true;
            expect_accused(group);
        }
    EXPECT_TRUE(is_flood) << report["groups"].dump().substr(0, 4000);
}

} // namespace
} // namespace unfreed::e2e
