// SPDX-License-Identifier: BSD-2-Clause
// What libdw gets to see of a program, and what it does not.
#include "base/unique_fd.h"
#include "symbolize/eh_frame.h"
#include "symbolize/unwind_tables.h"
#include "symbolize/user_unwinder.h"
#include "within_limits.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstring>
#include <span>

namespace unfreed::testing {
namespace {

constexpr std::uint64_t kAddress = 0x402000; // of the tables that are made here

// Writes an .eh_frame as a compiler does: addresses are 4 bytes, from where they are written.
class Tables {
  public:
    Tables& header() {
        header_ = bytes.size();
        start();
        append(std::uint32_t{0});
        append(std::uint8_t{1}); // version
        for (const char c : {'z', 'R', '\0'})
            append(c);
        append(std::uint8_t{1});                            // code alignment
        append(std::uint8_t{0x78});                         // data alignment
        append(std::uint8_t{16});                           // return address
        append(std::uint8_t{1});                            // more
        append(std::uint8_t{0x1b});                         // the encoding
        for (const int instruction : {0x0c, 7, 8, 0x90, 1}) // the caller's stack is at rsp + 8
            append(static_cast<std::uint8_t>(instruction));
        return end();
    }
    Tables& function(std::uint64_t address, std::size_t instructions = 0) {
        start();
        append(static_cast<std::uint32_t>(bytes.size() - header_));
        append(static_cast<std::int32_t>(address - kAddress - bytes.size()));
        append(std::uint32_t{0x10}); // length
        append(std::uint8_t{0});     // nothing more
        bytes.resize(bytes.size() + instructions, std::byte{0x0a});
        return end();
    }
    template <class T>
    void append(T value) {
        const auto more = std::as_bytes(std::span(&value, 1));
        bytes.insert(bytes.end(), more.begin(), more.end());
    }

    std::vector<std::byte> bytes;

  private:
    void start() {
        start_ = bytes.size();
        append(std::uint32_t{0});
    }
    Tables& end() {
        const auto length = static_cast<std::uint32_t>(bytes.size() - start_ - 4);
        std::memcpy(bytes.data() + start_, &length, sizeof length);
        return *this;
    }

    std::size_t header_ = 0;
    std::size_t start_ = 0;
};

std::vector<std::uint64_t> functions(const std::vector<std::byte>& bytes) {
    std::vector<std::uint64_t> found;
    if (const auto entries = index_of_eh_frame(bytes, kAddress))
        for (const FrameEntry& entry : *entries)
            found.push_back(entry.function);
    return found;
}

TEST(EhFrame, IsIndexedByAddress) {
    Tables tables;
    tables.header().function(0x401200).function(0x401100).append(std::uint32_t{0});
    tables.header().function(0x401300);
    EXPECT_EQ(functions(tables.bytes), (std::vector<std::uint64_t>{0x401100, 0x401200, 0x401300}));
}

TEST(EhFrame, WhatHasNoHeaderIsLeftOut) {
    Tables tables;
    tables.header().function(0x401100);
    tables.bytes[9] = std::byte{'q'}; // not an augmentation of ours
    EXPECT_TRUE(functions(tables.bytes).empty());
    EXPECT_TRUE(functions({}).empty());
    for (std::vector<std::byte> cut = tables.bytes; !cut.empty(); cut.pop_back())
        EXPECT_TRUE(functions(cut).empty());
}

// Each instruction may keep a copy of all rules.
TEST(EhFrame, MoreInstructionsThanACompilerMakes) {
    Tables tables;
    tables.header().function(0x401100, 16'000);
    EXPECT_EQ(functions(tables.bytes).size(), 1u);
    tables.function(0x401200, 100'000);
    const auto entries = index_of_eh_frame(tables.bytes, kAddress);
    ASSERT_FALSE(entries);
    EXPECT_EQ(entries.error().code, Errc::limit);
}

TEST(EhFrame, ManyFunctionsTakeAMoment) {
    Tables tables;
    tables.header();
    for (std::uint64_t i = 0; i < 200'000; ++i)
        tables.function(0x401100 + (i * 7919 % 200'000) * 16);
    EXPECT_TRUE(within_limits([&] { return functions(tables.bytes).size() == 200'000; }));
}

UnwindTables of_this_program() {
    const UniqueFd fd(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    auto tables = UnwindTables::load(fd.get());
    EXPECT_TRUE(tables) << tables.error().message;
    return tables ? std::move(*tables) : UnwindTables();
}

TEST(UnwindTables, OfThisProgramHoldNothingElse) {
    const UnwindTables tables = of_this_program();
    const std::string_view text(reinterpret_cast<const char*>(tables.elf().data()),
                                tables.elf().size());
    EXPECT_EQ(text.substr(0, SELFMAG), ELFMAG);
    EXPECT_EQ(text.find(".debug"), text.npos);
    EXPECT_LT(tables.first_address(), tables.end_address());
    // Position independent: the file offset of the code is not its address, but for a few pages.
    EXPECT_TRUE(tables.bias_of(0x7f0000000000, 0));
    EXPECT_FALSE(tables.bias_of(0x7f0000000000, 0x7fff'ffff'0000));
}

Result<UnwindTables> load(const std::string& bytes, std::uint64_t file_bytes) {
    const UniqueFd fd(::memfd_create("elf", MFD_CLOEXEC));
    if (::write(fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        ::ftruncate(fd.get(), static_cast<off_t>(file_bytes)) != 0)
        return fail(Errc::internal, "cannot write the file");
    return UnwindTables::load(fd.get());
}

// A program with one segment, and unwind tables that say of themselves how long they are.
std::string program(std::uint64_t table_offset, std::uint64_t table_bytes, std::uint64_t flags) {
    constexpr std::string_view kNames("\0.eh_frame", 11);
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_EXEC;
    header.e_machine = EM_X86_64;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    header.e_shoff = sizeof header + sizeof(Elf64_Phdr);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 3;
    header.e_shstrndx = 2;
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_offset = 0x1000;
    segment.p_vaddr = 0x401000;
    segment.p_filesz = segment.p_memsz = 0x2000;
    Elf64_Shdr sections[3]{};
    sections[1].sh_name = 1;
    sections[1].sh_type = SHT_PROGBITS;
    sections[1].sh_flags = flags;
    sections[1].sh_addr = kAddress;
    sections[1].sh_offset = table_offset;
    sections[1].sh_size = table_bytes;
    sections[2].sh_type = SHT_STRTAB;
    sections[2].sh_offset = header.e_shoff + sizeof sections;
    sections[2].sh_size = kNames.size();
    std::string out(reinterpret_cast<const char*>(&header), sizeof header);
    out.append(reinterpret_cast<const char*>(&segment), sizeof segment);
    out.append(reinterpret_cast<const char*>(sections), sizeof sections);
    out.append(kNames);
    out.resize(0x2000);
    Tables tables;
    tables.header().function(0x401100);
    out.append(reinterpret_cast<const char*>(tables.bytes.data()), tables.bytes.size());
    return out;
}

TEST(UnwindTables, NeedNoIndex) {
    const auto tables = load(program(0x2000, 64, SHF_ALLOC), 0x3000);
    ASSERT_TRUE(tables) << tables.error().message;
    EXPECT_EQ(tables->first_address(), 0x401000u);
    EXPECT_EQ(tables->end_address(), 0x403000u);
    EXPECT_EQ(tables->bias_of(0x401000, 0x1000), 0u);
    EXPECT_EQ(tables->bias_of(0x402000, 0x2000), 0u);
    EXPECT_EQ(tables->bias_of(0x400000, 0x0), std::nullopt);
}

// A process that runs this file, of which only the tables matter, and stands in its one function.
UserStackCopy stack_there() {
    UserStackCopy copy;
    copy.machine = EM_X86_64;
    copy.start = 0x7ffd00000000;
    copy.bytes.resize(64);
    const std::uint64_t caller = 0x401108;
    std::memcpy(copy.bytes.data(), &caller, sizeof caller);
    copy.registers.assign(17, copy.start);
    copy.registers.back() = 0x401104;
    return copy;
}

// Whoever maps it would be killed by the first look at a page that is gone.
TEST(UnwindTables, MayBeCutWhileTheyAreInUse) {
    EXPECT_TRUE(within_limits([] {
        const UniqueFd fd(::memfd_create("elf", MFD_CLOEXEC));
        std::string bytes = program(0x2000, 64, SHF_ALLOC);
        bytes.resize(0x3000);
        struct stat info {};
        if (::write(fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
            ::fstat(fd.get(), &info) != 0)
            return false;
        const std::string line = fmt::format(
            "401000-402000 r-xp 00001000 {:02x}:{:02x} {} /proc/self/fd/{}",
            gnu_dev_major(info.st_dev), gnu_dev_minor(info.st_dev), info.st_ino, fd.get());
        const ProcessMaps maps = ProcessMaps::parse(line);
        UserUnwinder unwinder;
        const auto before = unwinder.unwind(stack_there(), maps).addresses;
        if (::ftruncate(fd.get(), 0) != 0)
            return false;
        const auto after = unwinder.unwind(stack_there(), maps).addresses;
        return before.size() >= 2 && before[0] == 0x401104 && before[1] == 0x401108 &&
               before == after;
    }));
}

TEST(UnwindTables, AreNotReadFromAHole) {
    EXPECT_TRUE(within_limits([] {
        const auto tables =
            load(program(0x2000, std::uint64_t{3} << 30, 0), std::uint64_t{4} << 30);
        return !tables && tables.error().code == Errc::limit;
    }));
}

TEST(UnwindTables, AreNotUnpacked) {
    EXPECT_FALSE(load(program(0x2000, 64, SHF_COMPRESSED), 0x3000));
    EXPECT_FALSE(load("\x1f\x8b\x08 not a program", 0x3000));
    EXPECT_FALSE(load("", 0));
}

} // namespace
} // namespace unfreed::testing
