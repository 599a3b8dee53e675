// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/user_stack.h"
#include "tiny_elf.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace unfreed::testing {

// Looked up in this very program. Not in the unnamed namespace: it needs a name of its own.
__attribute__((noinline)) int landmark(int number) {
    return number + getpid();
}

namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;

// A directory that stands for /proc, and one for the file system.
class UserStack : public ::testing::Test {
  protected:
    UserStack() {
        std::string pattern = ::testing::TempDir() + "/unfreed_user_stack_XXXXXX";
        root_ = mkdtemp(pattern.data());
        elf_.symbols = {{"_ZN3net4openEi", 0x401100, 0x80},
                        {"local_alias", 0x401100, 0x80, 0},
                        {"unsized", 0x401200, 0},
                        {"main", 0x401300, 0x40},
                        {"data", 0x401340, 0x40, 1, 1}};
    }
    ~UserStack() override { fs::remove_all(root_); }

    std::string line(std::uint64_t inode, const std::string& path) const {
        struct stat info {};
        EXPECT_EQ(::stat(root_.c_str(), &info), 0);
        return fmt::format("7f0000000000-7f0000001000 r-xp 00001000 {:02x}:{:02x} {}   {}\n",
                           gnu_dev_major(info.st_dev), gnu_dev_minor(info.st_dev), inode, path);
    }
    std::string show(std::uint64_t address, const ProcessMaps& maps) {
        return show(std::vector{address}, maps);
    }
    // The last frame of a stack.
    std::string show(const std::vector<std::uint64_t>& addresses, const ProcessMaps& maps) {
        const Frame frame = symbolizer_.symbolize(addresses, maps).back();
        return fmt::format("{}+{:#x} [{}]", frame.function, frame.offset,
                           fs::path(frame.module).filename().string());
    }

    std::string root_;
    TinyElf elf_;
    UserSymbolizer symbolizer_;
};

TEST_F(UserStack, NamesFunctionsOfAProgramLinkedForAnotherAddress) {
    const std::string path = root_ + "/program";
    const ProcessMaps maps = ProcessMaps::parse(line(elf_.write(path), path));
    EXPECT_EQ(show(0x7f0000000100, maps), "net::open(int)+0x0 [program]"); // not the local alias
    EXPECT_EQ(show(0x7f000000017f, maps), "net::open(int)+0x7f [program]");
    EXPECT_EQ(show(0x7f0000000180, maps), "+0x1180 [program]"); // behind its end
    EXPECT_EQ(show(0x7f00000002ff, maps), "unsized+0xff [program]");
    EXPECT_EQ(show(0x7f0000000350, maps), "+0x1350 [program]"); // data is no function
    EXPECT_EQ(show(0x7f0000000010, maps), "+0x1010 [program]"); // before the first
    EXPECT_EQ(symbolizer_.unreadable_files(), 0u);
}

TEST_F(UserStack, ReturnAddressBelongsToTheCallBeforeIt) {
    const std::string path = root_ + "/program";
    const ProcessMaps maps = ProcessMaps::parse(line(elf_.write(path), path));
    EXPECT_EQ(show({0x7f0000000300, 0x7f0000000180}, maps), "net::open(int)+0x80 [program]");
    EXPECT_EQ(show(0x7f0000000300, maps), "main+0x0 [program]");
    // Even at the end of the mapping.
    EXPECT_EQ(show({0x7f0000000300, 0x7f0000001000}, maps), "+0x2000 [program]");
}

TEST_F(UserStack, AReplacedFileGivesNoWrongNames) {
    const std::string path = root_ + "/program";
    const ProcessMaps maps = ProcessMaps::parse(line(elf_.write(path) + 1, path));
    EXPECT_EQ(show(0x7f0000000100, maps), "+0x1100 [program]");
    EXPECT_EQ(symbolizer_.unreadable_files(), 1u);
}

TEST_F(UserStack, FindsFilesInTheRootOfTheProcess) {
    fs::create_directories(root_ + "/42/root/app");
    const std::uint64_t inode = elf_.write(root_ + "/42/root/app/program");
    std::ofstream(root_ + "/42/maps") << line(inode, "/app/program");
    const auto maps = ProcessMaps::read(42, root_);
    ASSERT_TRUE(maps);
    EXPECT_EQ(show(0x7f0000000300, *maps), "main+0x0 [program]");
}

TEST_F(UserStack, FindsDeletedFilesByTheirMapping) {
    fs::create_directories(root_ + "/42/map_files");
    elf_.write(root_ + "/42/map_files/7f0000000000-7f0000001000");
    std::ofstream(root_ + "/42/maps") << line(77, "/app/program (deleted)");
    const auto maps = ProcessMaps::read(42, root_);
    ASSERT_TRUE(maps);
    EXPECT_TRUE(maps->mappings().at(0).deleted);
    EXPECT_EQ(show(0x7f0000000300, *maps), "main+0x0 [program]");
    // The process is gone: the path remains.
    const ProcessMaps copy = ProcessMaps::parse(line(78, "/app/program (deleted)"), 43, root_);
    EXPECT_EQ(show(0x7f0000000300, copy), "+0x1300 [program]");
}

TEST_F(UserStack, CodeInNoFileIsNamedAsSuch) {
    const ProcessMaps maps = ProcessMaps::parse("1000-2000 r-xp 00000000 00:00 0 \n"
                                                "3000-4000 r-xp 00000000 00:00 0      [vdso]\n"
                                                "5000-6000 r-xp 00000000 00:01 9      /memfd:jit "
                                                "(deleted)\n");
    EXPECT_EQ(show(0x1010, maps), "+0x10 [[anon]]");
    EXPECT_EQ(show(0x3010, maps), "+0x10 [[vdso]]");
    EXPECT_EQ(show(0x5010, maps), "+0x10 [memfd:jit]");
}

TEST_F(UserStack, WithoutTheProcessAddressesRemain) {
    const auto frames = symbolizer_.symbolize(std::vector<std::uint64_t>{0x7f0000000100}, {});
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].address, 0x7f0000000100u);
    EXPECT_EQ(frames[0].function + frames[0].module, "");
    const auto missing = ProcessMaps::read(4242, root_);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
}

TEST_F(UserStack, GarbageIsNoElfFile) {
    for (const std::string& content :
         {std::string(), std::string("#!/bin/sh\n"), elf_.bytes().substr(0, 70),
          elf_.bytes().substr(0, 0x2100)}) {
        const std::string path = root_ + "/garbage";
        std::ofstream(path, std::ios::binary) << content;
        const int fd = ::open(path.c_str(), O_RDONLY);
        if (auto symbols = ElfSymbols::load(fd, path)) {
            EXPECT_TRUE(symbols->empty());
        }
        ::close(fd);
    }
}

// The whole way on the real thing: position independent, mapped by the kernel.
TEST_F(UserStack, FindsAFunctionOfThisProcess) {
    const auto maps = ProcessMaps::read(static_cast<std::uint32_t>(getpid()));
    ASSERT_TRUE(maps);
    const auto address = reinterpret_cast<std::uint64_t>(&landmark);
    const auto frames = symbolizer_.symbolize(std::vector<std::uint64_t>{address}, *maps);
    EXPECT_EQ(frames[0].function, "unfreed::testing::landmark(int)");
    EXPECT_EQ(frames[0].offset, 0u);
    EXPECT_THAT(frames[0].module, EndsWith("/unit_symbolize"));
}

TEST(ProcessMaps, ParsesAndSkips) {
    const ProcessMaps maps =
        ProcessMaps::parse("00400000-00401000 r-xp 00000000 fe:01 12  /usr/bin/a b\n"
                           "nonsense\n"
                           "00500000-00400000 r-xp 00000000 fe:01 12  /backwards\n"
                           "00402000-00403000 r-xp 00003000 fe:01 13  /with\\012line\n"
                           "00600000-00601000 rw-p 00000000 00:00 0 ");
    EXPECT_EQ(maps.skipped_lines(), 2u);
    ASSERT_EQ(maps.mappings().size(), 3u);
    EXPECT_EQ(maps.find(0x400000)->path, "/usr/bin/a b");
    EXPECT_EQ(maps.find(0x400fff)->inode, 12u);
    EXPECT_EQ(maps.find(0x401000), nullptr);
    EXPECT_EQ(maps.find(0x402000)->path, "/with\nline");
    EXPECT_EQ(maps.find(0x402000)->file_offset, 0x3000u);
    EXPECT_EQ(maps.find(0x600fff)->path, "");
    EXPECT_EQ(maps.find(0x1), nullptr);
}

} // namespace
} // namespace unfreed::testing
