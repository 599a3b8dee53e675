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
    std::vector<Json> floods;
    for (const Json& group : groups_of(report, "dentry", "certutil"))
        if (group["kind"] == "negative-flood")
            floods.push_back(group);
    ASSERT_EQ(floods.size(), 1u) << report["groups"].dump().substr(0, 4000);
    const Json& flood = floods[0];
    EXPECT_EQ(flood["count"], lookups);
    EXPECT_EQ(flood["pattern"], ".<N>_dOeSnotExist_.db");
    EXPECT_TRUE(flood["directory"].get<std::string>().starts_with(database_)) << flood["directory"];
    EXPECT_NE(flood["advice"].get<std::string>().find("NSS_SDB_USE_CACHE"), std::string::npos);
    EXPECT_EQ(flood["reclaimable"], true);
    // The library at least; the functions behind it need more than frame pointers.
    ASSERT_FALSE(flood["user_stack"].empty());
    EXPECT_NE(flood["user_stack"][0]["module"].get<std::string>().find(".so"), std::string::npos)
        << flood["user_stack"];
}

} // namespace
} // namespace unfreed::e2e
