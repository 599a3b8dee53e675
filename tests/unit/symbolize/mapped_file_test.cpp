// SPDX-License-Identifier: BSD-2-Clause
// Which file is the one that was mapped. A path and the number of an inode do not tell.
#include "symbolize/mapped_file.h"
#include "symbolize/user_stack.h"
#include "tiny_elf.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace unfreed::testing {
namespace {

namespace fs = std::filesystem;

class MappedFileTest : public ::testing::Test {
  protected:
    MappedFileTest() {
        std::string pattern = ::testing::TempDir() + "/unfreed_mapped_file_XXXXXX";
        root_ = mkdtemp(pattern.data());
        path_ = root_ + "/program";
        for (auto* elf : {&old_, &new_})
            elf->symbols = {{elf == &old_ ? "old" : "new", 0x401100, 0x80}};
    }
    ~MappedFileTest() override { fs::remove_all(root_); }

    static std::string device(const struct stat& info) {
        return fmt::format("{:02x}:{:02x}", gnu_dev_major(info.st_dev), gnu_dev_minor(info.st_dev));
    }
    // What a process has mapped that runs the file that is there now; it is this one, as far as
    // mounts go, but does not have that mapping.
    ProcessMaps maps_now(const std::string& shown_path) {
        struct stat info {};
        EXPECT_EQ(::stat(path_.c_str(), &info), 0);
        const std::string self = root_ + "/proc/self";
        fs::create_directories(self);
        fs::create_directories(root_ + "/proc/42/ns");
        fs::create_directories(root_ + "/proc/self/ns");
        for (const char* process : {"/proc/42", "/proc/self"}) {
            std::error_code exists;
            fs::create_symlink("mnt:[1]", root_ + process + "/ns/mnt", exists);
            fs::create_symlink("/", root_ + process + "/root", exists);
        }
        std::ofstream(root_ + "/proc/42/maps")
            << fmt::format("7f0000000000-7f0000001000 r-xp 00001000 {} {} {}\n", device(info),
                           info.st_ino, shown_path);
        auto maps = ProcessMaps::read(42, root_ + "/proc");
        EXPECT_TRUE(maps);
        std::ofstream(root_ + "/proc/42/maps") << ""; // it has ended
        wait_for_clock();
        return std::move(*maps);
    }
    ProcessMaps maps_now() { return maps_now(path_); }
    // Times of files advance with the tick of the kernel.
    static void wait_for_clock() { std::this_thread::sleep_for(std::chrono::milliseconds(25)); }

    std::string function(const ProcessMaps& maps) {
        return symbolizer_.symbolize(std::vector<std::uint64_t>{0x7f0000000110}, maps)[0].function;
    }

    std::string root_;
    std::string path_;
    TinyElf old_;
    TinyElf new_;
    UserSymbolizer symbolizer_;
};

TEST_F(MappedFileTest, IsFoundByItsName) {
    old_.write(path_);
    EXPECT_EQ(function(maps_now()), "old");
}

TEST_F(MappedFileTest, WrittenOverItGivesNewNamesToNewProcesses) {
    old_.write(path_);
    const ProcessMaps before = maps_now();
    EXPECT_EQ(function(before), "old");
    new_.write(path_); // the same inode
    wait_for_clock();
    EXPECT_EQ(function(maps_now()), "new");
    EXPECT_EQ(function(before), "") << "the old one or none; it is forgotten";
}

TEST_F(MappedFileTest, WrittenOverBeforeItWasReadItGivesNone) {
    old_.write(path_);
    const ProcessMaps before = maps_now();
    new_.write(path_);
    EXPECT_EQ(function(before), "");
    wait_for_clock();
    EXPECT_EQ(function(maps_now()), "new");
}

// As ext4 does at once: the number of a file that was removed is given to the next.
TEST_F(MappedFileTest, ReplacedWithTheSameNumberItGivesNone) {
    const auto old_inode = old_.write(path_);
    const ProcessMaps before = maps_now();
    for (int i = 0; i < 200; ++i) {
        fs::remove(path_);
        if (new_.write(path_) == old_inode)
            break;
    }
    EXPECT_EQ(function(before), "");
}

// Whoever replaced it may have set its time back; not that of its last change.
TEST_F(MappedFileTest, TimesCanBeSet) {
    old_.write(path_);
    struct stat info {};
    ASSERT_EQ(::stat(path_.c_str(), &info), 0);
    const ProcessMaps before = maps_now();
    new_.write(path_);
    const timespec times[2] = {info.st_atim, info.st_mtim};
    ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
    EXPECT_EQ(function(before), "");
}

TEST_F(MappedFileTest, OfAnotherDeviceIsAnother) {
    old_.write(path_);
    struct stat info {};
    ASSERT_EQ(::stat(path_.c_str(), &info), 0);
    const auto maps_of = [&](unsigned minor) {
        return ProcessMaps::parse(
            fmt::format("7f0000000000-7f0000001000 r-xp 00001000 {:02x}:{:02x} {} {}\n",
                        gnu_dev_major(info.st_dev), minor, info.st_ino, path_));
    };
    EXPECT_EQ(function(maps_of(gnu_dev_minor(info.st_dev) + 1)), "");
    EXPECT_EQ(function(maps_of(gnu_dev_minor(info.st_dev))), "old");
}

TEST_F(MappedFileTest, OfAProcessWithOtherMountsIsNotLookedForHere) {
    old_.write(path_);
    maps_now(); // makes the directories
    fs::remove(root_ + "/proc/42/ns/mnt");
    fs::create_symlink("mnt:[2]", root_ + "/proc/42/ns/mnt");
    fs::remove(root_ + "/proc/42/root");
    fs::create_symlink(root_ + "/nowhere", root_ + "/proc/42/root");
    EXPECT_EQ(function(maps_now()), "");
}

TEST_F(MappedFileTest, ANameMayEndInDeleted) {
    path_ += " (deleted)";
    old_.write(path_);
    EXPECT_EQ(function(maps_now()), "old");
}

// To open one waits for a writer, a device may do anything.
TEST_F(MappedFileTest, WhatIsNoFileIsNotOpened) {
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    const ProcessMaps maps = maps_now();
    EXPECT_FALSE(open_mapped_file(maps, maps.mappings().at(0)));
    // Nobody has it open for reading: it was not let through.
    EXPECT_EQ(::open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
}

// Through the mapping itself: the file has no name any more.
TEST_F(MappedFileTest, OfThisProcessIsFoundWithoutAName) {
    old_.write(path_);
    const UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    void* memory = ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, fd.get(), 0x1000);
    ASSERT_NE(memory, MAP_FAILED);
    fs::remove(path_);
    const auto maps = ProcessMaps::read(static_cast<std::uint32_t>(::getpid()));
    ASSERT_TRUE(maps);
    const auto start = reinterpret_cast<std::uint64_t>(memory);
    const Mapping* mapping = maps->find(start);
    ASSERT_NE(mapping, nullptr);
    EXPECT_TRUE(mapping->deleted);
    if (::access("/proc/self/map_files", X_OK) == 0 && ::getuid() == 0) {
        EXPECT_EQ(symbolizer_.symbolize(std::vector{start + 0x110}, *maps)[0].function, "old");
    }
    ::munmap(memory, 4096);
    EXPECT_FALSE(maps->is_still_mapped(*mapping));
}

} // namespace
} // namespace unfreed::testing
