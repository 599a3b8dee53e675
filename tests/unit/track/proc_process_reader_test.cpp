// SPDX-License-Identifier: BSD-2-Clause
#include "track/proc_process_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A directory that looks like /proc, with process 42 in it.
class ProcProcessReaderTest : public testing::Test {
  protected:
    ProcProcessReaderTest() {
        std::string pattern = testing::TempDir() + "unfreed-proc-XXXXXX";
        root = ::mkdtemp(pattern.data());
        std::filesystem::create_directory(root / "42");
    }
    ~ProcProcessReaderTest() override { std::filesystem::remove_all(root); }

    void put(const char* file, std::string_view text) const {
        std::ofstream(root / "42" / file) << text;
    }
    ProcProcessReader reader() const { return ProcProcessReader(root.string()); }
    // As in proc(5): 22 is the start.
    static std::string stat(std::string_view comm, char state) {
        return "42 (" + std::string(comm) + ") " + state +
               " 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 777 1000 10\n";
    }

    std::filesystem::path root;
};

TEST_F(ProcProcessReaderTest, TellsWhenAProcessStarted) {
    put("stat", stat("a", 'S'));
    EXPECT_EQ(reader().alive_since(42), 777U);
    put("stat", stat("a) Z 1 (b", 'R')); // a name may hold anything
    EXPECT_EQ(reader().alive_since(42), 777U);
}

// As the kernel rounds it: 100 ticks a second.
TEST_F(ProcProcessReaderTest, TheStartOfARecordIsThatOfTheSystem) {
    EXPECT_EQ(reader().since_of(7'779'999'999), 777U);
    EXPECT_EQ(reader().since_of(7'770'000'000), 777U);
    EXPECT_EQ(reader().start_of(777), 7'770'000'000U);
}

TEST_F(ProcProcessReaderTest, ZombiesAndOthersAreNotAlive) {
    put("stat", stat("a", 'Z'));
    EXPECT_EQ(reader().alive_since(42), std::nullopt);
    put("stat", "garbage");
    EXPECT_EQ(reader().alive_since(42), std::nullopt);
    put("stat", "42 (a) S 1 2");
    EXPECT_EQ(reader().alive_since(42), std::nullopt);
    EXPECT_EQ(reader().alive_since(43), std::nullopt);
}

// Whoever has the number of a holder by the time of the report was not always it.
TEST_F(ProcProcessReaderTest, OnlyWhoHadTheNumberThenLendsItsName) {
    put("stat", stat("a", 'S'));
    put("comm", "a\n");
    ProcProcessReader names = reader();
    const std::uint64_t started_ns = names.monotonic_of(names.start_of(777));
    constexpr std::uint64_t kSecond = 1'000'000'000;
    EXPECT_EQ(names.comm_at(42, started_ns + kSecond), "a");
    EXPECT_EQ(names.names_at(42, started_ns + kSecond).comm, "a");
    EXPECT_EQ(names.comm_at(42, started_ns), ""); // within its tick it may have been another
    EXPECT_EQ(names.names_at(42, started_ns).comm, "");
    EXPECT_EQ(names.comm_at(43, started_ns + kSecond), "");
    put("stat", stat("a", 'Z'));
    EXPECT_EQ(names.comm_at(42, started_ns + kSecond), "");
}

TEST_F(ProcProcessReaderTest, ReadsThePathOfADeletedProgram) {
    std::filesystem::create_symlink("/opt/my daemon (deleted)", root / "42" / "exe");
    EXPECT_EQ(reader().exe(42), "/opt/my daemon");
}

TEST_F(ProcProcessReaderTest, KernelThreadsHaveNoPathAndTheDeadAreNotFound) {
    put("stat", stat("kworker", 'I'));
    EXPECT_EQ(reader().exe(42), "");
    put("stat", stat("gone", 'Z'));
    ASSERT_FALSE(reader().exe(42));
    EXPECT_EQ(reader().exe(42).error().code, Errc::not_found);
    EXPECT_EQ(reader().comm(43).error().code, Errc::not_found);
    EXPECT_EQ(reader().cgroup(43).error().code, Errc::not_found);
    EXPECT_EQ(reader().cmdline(43).error().code, Errc::not_found);
}

TEST_F(ProcProcessReaderTest, FindsTheCgroupInBothHierarchies) {
    put("cgroup", "0::/system.slice/a:b.service\n");
    EXPECT_EQ(reader().cgroup(42), "/system.slice/a:b.service");
    put("cgroup", "5:cpu,cpuacct:/x\n1:name=systemd:/user.slice\n0::/\n");
    EXPECT_EQ(reader().cgroup(42), "/user.slice");
    put("cgroup", "0::/\n");
    EXPECT_EQ(reader().cgroup(42), "/");
    put("cgroup", "");
    EXPECT_EQ(reader().cgroup(42), "");
}

TEST_F(ProcProcessReaderTest, SplitsTheCommandLine) {
    put("cmdline", std::string_view("a\0\0b c\0", 7));
    EXPECT_THAT(*reader().cmdline(42), ElementsAre("a", "", "b c"));
    put("cmdline", "");
    EXPECT_THAT(*reader().cmdline(42), IsEmpty());
}

TEST(ProcProcessReader, KnowsThisProcess) {
    ProcProcessReader reader;
    const auto self = static_cast<std::uint32_t>(::getpid());
    EXPECT_EQ(reader.exe(self), std::filesystem::read_symlink("/proc/self/exe").string());
    EXPECT_TRUE(reader.alive_since(self).has_value());
    EXPECT_EQ(reader.alive_since(self), reader.alive_since(self));
    ASSERT_TRUE(reader.comm(self));
    EXPECT_FALSE(reader.comm(self)->empty());
    EXPECT_EQ(reader.comm(self)->find('\n'), std::string::npos);
    ASSERT_TRUE(reader.cmdline(self));
    EXPECT_FALSE(reader.cmdline(self)->empty());
}

} // namespace
} // namespace unfreed::test
