// SPDX-License-Identifier: BSD-2-Clause
// Dentries: what they are called, where they are, and how many there are, to the last one.
#include "disk_dir.h"
#include "tool.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace unfreed::e2e {
namespace {

namespace fs = std::filesystem;

Json run_dentries(const std::vector<std::string>& program,
                  const std::vector<std::string>& options = {}) {
    std::vector<std::string> head{"run", "--class", "dentry", "--top", "200"};
    head.insert(head.end(), options.begin(), options.end());
    std::vector<std::string> tail{"--"};
    tail.insert(tail.end(), program.begin(), program.end());
    return report_of(run(command(head, tail)));
}

// The rows of a program of this kind.
std::vector<Json> rows(const Json& report, const std::string& comm, const std::string& kind) {
    std::vector<Json> found;
    for (const Json& group : groups_of(report, "dentry", comm))
        if (group["kind"] == kind)
            found.push_back(group);
    return found;
}

std::string text(const Json& value) {
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::string dump(const Json& report) {
    return report["groups"].dump().substr(0, 6000);
}

#define SKIP_WITHOUT_DISK(dir)                                                                     \
    if ((dir).path.empty())                                                                        \
    GTEST_SKIP() << (dir).problem

TEST(Dentries, MissingNamesInOneDirectoryAreOneFlood) {
    DiskDir dir;
    SKIP_WITHOUT_DISK(dir);
    const Json report = run_dentries({program_path("negative_leaker"), dir.path, "500"});
    const auto found = rows(report, "negative_leaker", "negative-flood");
    ASSERT_EQ(found.size(), 1u) << dump(report);
    EXPECT_EQ(found[0]["count"], 500);
    EXPECT_EQ(found[0]["directory"], dir.path);
    EXPECT_EQ(found[0]["pattern"], "missing.<N>.<N>");
    EXPECT_EQ(found[0]["reclaimable"], true);
    EXPECT_EQ(found[0]["verdict"], "cached");
    EXPECT_NE(text(found[0]["advice"]), "");
}

TEST(Dentries, MissingNamesInAsManyDirectoriesAreOneFlood) {
    DiskDir dir;
    SKIP_WITHOUT_DISK(dir);
    const Json report =
        run_dentries({program_path("negative_leaker"), dir.path, "300", "--scatter"});
    const auto found = rows(report, "negative_leaker", "negative-flood");
    ASSERT_EQ(found.size(), 1u) << dump(report);
    EXPECT_EQ(found[0]["count"], 300);
    EXPECT_EQ(text(found[0]["directory"]).substr(text(found[0]["directory"]).rfind('/')),
              "/place.<N>");
    EXPECT_EQ(found[0]["pattern"], "missing.<N>.<N>");
    // Each of the directories is held by the one name that was looked up in it: cache as well.
    const auto places = rows(report, "negative_leaker", "unused-growth");
    ASSERT_EQ(places.size(), 1u) << dump(report);
    EXPECT_EQ(places[0]["count"], 300);
    EXPECT_EQ(places[0]["pattern"], "place.<N>");
    EXPECT_TRUE(rows(report, "negative_leaker", "pinned").empty());
}

TEST(Dentries, FilesThatAreClosedAreUnusedGrowth) {
    DiskDir dir;
    SKIP_WITHOUT_DISK(dir);
    const Json report = run_dentries({program_path("dentry_leaker"), dir.path, "400", "--close"});
    const auto found = rows(report, "dentry_leaker", "unused-growth");
    ASSERT_EQ(found.size(), 1u) << dump(report);
    EXPECT_EQ(found[0]["count"], 400);
    EXPECT_EQ(found[0]["directory"], dir.path);
    EXPECT_EQ(found[0]["pattern"], "leaked.<N>.<N>");
    EXPECT_EQ(found[0]["reclaimable"], true);
    EXPECT_EQ(found[0]["verdict"], "cached");
}

TEST(Dentries, FilesThatAreOpenAreNoLeak) {
    DiskDir dir;
    SKIP_WITHOUT_DISK(dir);
    const Json report = run_dentries({program_path("dentry_leaker"), dir.path, "300"});
    const auto found = rows(report, "dentry_leaker", "open");
    ASSERT_EQ(found.size(), 1u) << dump(report);
    EXPECT_EQ(found[0]["count"], 300);
    EXPECT_EQ(found[0]["pattern"], "leaked.<N>.<N>");
    EXPECT_EQ(found[0]["reclaimable"], false);
}

TEST(Dentries, FilesInMemoryAreKeptByTheirFileSystem) {
    if (!fs::exists("/dev/shm"))
        GTEST_SKIP() << "there is no tmpfs at /dev/shm";
    const std::string dir = "/dev/shm/unfreed-e2e-" + std::to_string(::getpid());
    fs::create_directory(dir);
    const Json report = run_dentries({program_path("dentry_leaker"), dir, "300", "--close"});
    fs::remove_all(dir);
    const auto found = rows(report, "dentry_leaker", "kept-by-fs");
    ASSERT_EQ(found.size(), 1u) << dump(report);
    EXPECT_EQ(found[0]["count"], 300);
    EXPECT_EQ(found[0]["directory"], dir);
    EXPECT_EQ(found[0]["reclaimable"], false);
}

// A program that looks at every file of a tree leaves all of it in the cache.
TEST(Dentries, AWalkedTreeIsUnusedGrowth) {
    constexpr unsigned kDirectories = 30;
    constexpr unsigned kFiles = 12;
    DiskDir dir;
    SKIP_WITHOUT_DISK(dir);
    for (unsigned i = 0; i < kDirectories; ++i) {
        const fs::path folder =
            fs::path(dir.path) / ("folder" + std::string(i / 10, 'x') + "." + std::to_string(i));
        fs::create_directory(folder);
        for (unsigned j = 0; j < kFiles; ++j)
            std::ofstream(folder / ("file" + std::to_string(j)));
    }
    if (!drop_dentries())
        GTEST_SKIP() << "may not write /proc/sys/vm/drop_caches";
    const Json report = run_dentries({"find", dir.path, "-size", "+1000"});
    std::uint64_t count = 0;
    for (const Json& row : groups_of(report, "dentry", "find"))
        if (text(row["directory"]).starts_with(dir.path)) {
            EXPECT_TRUE(row["kind"] == "unused-growth" || row["kind"] == "unused") << row;
            count += row["count"].get<std::uint64_t>();
        }
    EXPECT_EQ(count, kDirectories * (1 + kFiles)) << dump(report);
    EXPECT_TRUE(rows(report, "find", "pinned").empty());
}

// What goes when the kernel is asked to free its cache, and what stays, agrees with its own counts.
TEST(Dentries, ReclaimTakesTheCacheAndLeavesWhatIsOpen) {
    DiskDir dir;
    SKIP_WITHOUT_DISK(dir);
    Process tool(command({"trace", "--class", "dentry", "--min-age", "0s", "--duration", "1h",
                          "--top", "1000", "--probe-reclaim"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    Process flood({program_path("negative_leaker"), dir.path, "1000", "--hold", "forever"});
    Process files({program_path("dentry_leaker"), dir.path, "200", "--hold", "forever"});
    ASSERT_TRUE(flood.wait_for("leaked"));
    ASSERT_TRUE(files.wait_for("leaked"));
    tool.signal(SIGINT);
    const Finished finished = tool.finish();
    const Json report = report_of(finished);
    // It says what it does before it does it.
    EXPECT_NE(finished.err.find("drop_caches"), std::string::npos) << finished.err;
    if (report["reclaim"].is_null())
        GTEST_SKIP() << "may not write /proc/sys/vm/drop_caches: " << finished.err;
    const auto negative = rows(report, "negative_leaker", "negative-flood");
    const auto open = rows(report, "dentry_leaker", "open");
    ASSERT_EQ(negative.size(), 1u) << dump(report);
    EXPECT_EQ(negative[0]["reclaim"]["reclaimed"], 1000);
    EXPECT_EQ(negative[0]["reclaim"]["remaining"], 0);
    std::uint64_t still_open = 0;
    for (const Json& row : open) {
        EXPECT_EQ(row["reclaim"]["reclaimed"], 0) << row;
        still_open += row["reclaim"]["remaining"].get<std::uint64_t>();
    }
    EXPECT_GE(still_open, 200u) << dump(report);
    // All that went was unused before; others may go and come meanwhile.
    const Json& reclaim = report["reclaim"];
    const auto number = [&](const char* when, const char* what) {
        return reclaim[when][what].get<std::int64_t>();
    };
    const std::int64_t reclaimed = reclaim["reclaimed"];
    const std::int64_t slack = 500;
    EXPECT_GE(reclaimed, 1000);
    EXPECT_GE(number("before", "total") - number("after", "total"), reclaimed - slack) << reclaim;
    EXPECT_GE(number("before", "unused") - number("after", "unused"), reclaimed - slack) << reclaim;
    EXPECT_GE(number("before", "negative") - number("after", "negative"), 1000 - slack) << reclaim;
    EXPECT_GE(reclaim["slab_before"].get<std::int64_t>() -
                  reclaim["slab_after"].get<std::int64_t>(),
              reclaimed - slack)
        << reclaim;
    EXPECT_LE(reclaim["remaining"].get<std::int64_t>(), number("after", "total"));
}

// A module takes a reference and forgets it: the one case that is a leak of the kernel's own.
TEST(Dentries, AReferenceThatAModuleForgotIsPinned) {
    const char* const module_file = "/proc/unfreed_leaky";
    if (!std::ifstream(module_file))
        GTEST_SKIP() << "the module unfreed_leaky is not loaded: only a VM loads it";
    DiskDir dir;
    SKIP_WITHOUT_DISK(dir);
    Process tool(command(
        {"trace", "--class", "dentry", "--min-age", "0s", "--duration", "1h", "--top", "1000"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    const std::string path = dir.path + "/forgotten.file";
    std::ofstream(path).put('x');
    std::ofstream(dir.path + "/closed.file").put('x');
    std::ofstream open_file(dir.path + "/open.file");
    std::ofstream module(module_file);
    module << "dentry " << path << std::flush;
    ASSERT_TRUE(module) << "the module refuses";
    tool.signal(SIGINT);
    const Json report = report_of(tool.finish());
    const auto pinned = rows(report, "unfreed_e2e", "pinned");
    ASSERT_EQ(pinned.size(), 1u) << dump(report);
    EXPECT_EQ(pinned[0]["count"], 1);
    EXPECT_EQ(pinned[0]["verdict"], "pinned");
    EXPECT_EQ(pinned[0]["pattern"], "forgotten.file");
    EXPECT_EQ(pinned[0]["directory"], dir.path);
    EXPECT_EQ(pinned[0]["reclaimable"], false);
    EXPECT_NE(text(pinned[0]["evidence"]).find("nothing that can be seen"), std::string::npos);
    EXPECT_TRUE(stack_has(pinned[0], "open")) << pinned[0]["kernel_stack"];
}

std::uint64_t peak_kib(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("VmHWM:"))
            return std::stoull(line.substr(6));
    return 0;
}

// The socket holds the path that it is bound to: no reference is lost.
TEST(Dentries, ThePathOfABoundUnixSocketIsInUse) {
    DiskDir dir;
    SKIP_WITHOUT_DISK(dir);
    for (const char* classes : {"socket,dentry", "dentry"}) {
        Process tool(command({"trace", "--class", classes, "--min-age", "1s", "--top", "500"}));
        ASSERT_TRUE(tool.wait_for("tracing", true));
        Process program({program_path("unix_leaker"), "20", "--bind-path", dir.path, "--balanced",
                         "0", "--hold", "forever"});
        ASSERT_TRUE(program.wait_for("leaked"));
        const Json report = report_of(end_trace(tool));
        if (cannot_inspect(report))
            GTEST_SKIP() << "dentries cannot be read here";
        std::uint64_t open = 0; // beside those that the sockets have in sockfs
        for (const Json& row : rows(report, "unix_leaker", "open"))
            open += row["directory"] == dir.path ? row["count"].get<std::uint64_t>() : 0;
        EXPECT_EQ(open, 20u) << dump(report);
        EXPECT_TRUE(rows(report, "unix_leaker", "pinned").empty());
        program.signal(SIGTERM);
        program.finish();
        for (const auto& file : fs::directory_iterator(dir.path))
            fs::remove(file.path());
    }
}

// Far more names than can be followed at once: one row, and memory for no more than can be
// followed.
TEST(Dentries, AFloodOfNamesIsOneRowInBoundedMemory) {
    DiskDir dir;
    SKIP_WITHOUT_DISK(dir);
    constexpr std::uint64_t kNames = 120'000;
    constexpr std::uint64_t kFollowed = 24'000;
    // Only its end ends the trace, so that the memory can be asked for before.
    Process tool(command({"trace", "--class", "dentry", "--min-age", "0s", "--max-objects",
                          std::to_string(kFollowed), "--interval", "2s", "--duration", "1h"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    Process flood({program_path("negative_leaker"), dir.path, std::to_string(kNames), "--balanced",
                   "0", "--hold", "forever"});
    ASSERT_TRUE(flood.wait_for("leaked"));
    ASSERT_TRUE(tool.wait_for("negative_leaker"));
    const std::uint64_t peak = peak_kib(tool.pid());
    tool.signal(SIGINT);
    const Finished finished = tool.finish();
    // Reports came before: the last one counts.
    const std::size_t last = finished.out.rfind("\n{");
    const Json report =
        report_of({finished.status, finished.out.substr(last == finished.out.npos ? 0 : last + 1),
                   finished.err});
    const auto found = rows(report, "negative_leaker", "negative-flood");
    ASSERT_EQ(found.size(), 1u) << dump(report);
    EXPECT_TRUE(found[0]["estimated"].get<bool>());
    // Where the tool gets no CPU for long, the table overflows before it is thinned: that is
    // counted, and each of these stands for as many as one that is followed.
    const double one_in = 1 / report["trace"]["sample"].get<double>();
    const auto lost = static_cast<double>(loss(report, "objects_not_tracked"));
    const double chance = 5 * std::sqrt((one_in - 1) * kNames);
    EXPECT_LE(found[0]["count"].get<double>(), kNames + chance);
    EXPECT_GE(found[0]["count"].get<double>() + lost * one_in, kNames - chance) << "lost " << lost;
    EXPECT_LT(found[0]["interval"][0], found[0]["interval"][1]);
    EXPECT_EQ(found[0]["pattern"], "missing.<N>.<N>");
    EXPECT_GT(peak, 0u);
    EXPECT_LT(peak, 200u * 1024) << "KiB";
}

} // namespace
} // namespace unfreed::e2e
