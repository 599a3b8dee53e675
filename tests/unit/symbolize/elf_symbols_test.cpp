// SPDX-License-Identifier: BSD-2-Clause
// Files made to take the memory or the time of whoever reads them.
#include "base/unique_fd.h"
#include "symbolize/demangle.h"
#include "symbolize/elf_symbols.h"
#include "tiny_elf.h"
#include "within_limits.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

namespace unfreed::testing {
namespace {

constexpr std::uint64_t kSymbolTable = 1; // the sections of a TinyElf
constexpr std::uint64_t kNames = 2;

class ElfSymbolsTest : public ::testing::Test {
  protected:
    ElfSymbolsTest() {
        elf_.symbols = {{"open_it", 0x401100, 0x80}};
        bytes_ = elf_.bytes();
    }

    template <class Header>
    void change(std::uint64_t offset, void (*with)(Header&)) {
        Header header;
        std::memcpy(&header, bytes_.data() + offset, sizeof header);
        with(header);
        std::memcpy(bytes_.data() + offset, &header, sizeof header);
    }
    void change_section(std::uint64_t index, void (*with)(Elf64_Shdr&)) {
        Elf64_Ehdr header;
        std::memcpy(&header, bytes_.data(), sizeof header);
        change<Elf64_Shdr>(header.e_shoff + index * sizeof(Elf64_Shdr), with);
    }
    // file_bytes: longer than what was written, a hole.
    Result<ElfSymbols> load(std::uint64_t file_bytes = 0) const {
        const UniqueFd fd(::memfd_create("elf", MFD_CLOEXEC));
        const auto written = ::write(fd.get(), bytes_.data(), bytes_.size());
        if (written != static_cast<ssize_t>(bytes_.size()) ||
            (file_bytes != 0 && ::ftruncate(fd.get(), static_cast<off_t>(file_bytes)) != 0))
            return fail(Errc::internal, "cannot write the file");
        return ElfSymbols::load(fd.get(), "elf");
    }
    bool is_named(std::uint64_t file_bytes = 0) const {
        const auto symbols = load(file_bytes);
        const auto found = symbols ? symbols->find(0x1110) : std::nullopt;
        return found && found->function == "open_it" && found->start == 0x1100;
    }
    bool is_refused(Errc code, std::uint64_t file_bytes = 0) const {
        const auto symbols = load(file_bytes);
        return !symbols && symbols.error().code == code && !symbols.error().message.empty();
    }

    TinyElf elf_;
    std::string bytes_;
};

TEST_F(ElfSymbolsTest, AHoleIsNoTableOfSymbols) {
    EXPECT_TRUE(is_named());
    change_section(kSymbolTable, [](Elf64_Shdr& table) {
        table.sh_offset = 0x10000;
        table.sh_size = std::uint64_t{3} << 30;
    });
    EXPECT_TRUE(within_limits([&] { return is_refused(Errc::limit, std::uint64_t{4} << 30); }));
}

TEST_F(ElfSymbolsTest, NeitherIsAHoleTheirNames) {
    change_section(kNames, [](Elf64_Shdr& names) { names.sh_size = std::uint64_t{3} << 30; });
    EXPECT_TRUE(within_limits([&] { return is_refused(Errc::limit, std::uint64_t{4} << 30); }));
}

TEST_F(ElfSymbolsTest, ATableBehindTheEndOfTheFileIsNone) {
    change_section(kNames, [](Elf64_Shdr& names) { names.sh_size = 100 << 20; });
    EXPECT_TRUE(within_limits([&] {
        const auto symbols = load();
        return symbols && symbols->empty() && symbols->bytes() < 4096;
    }));
}

TEST_F(ElfSymbolsTest, ALargeTableOfNothingIsReadInPieces) {
    change_section(kSymbolTable, [](Elf64_Shdr& table) { table.sh_size = 60 << 20; });
    EXPECT_TRUE(within_limits([&] {
        const auto symbols = load(100 << 20);
        return symbols && symbols->bytes() < 1 << 20;
    }));
}

// Symbols may share a name: a copy for each would be 20 GB.
TEST_F(ElfSymbolsTest, ManySymbolsOfOneLongName) {
    elf_.symbols.clear();
    elf_.symbols.push_back({std::string(1 << 20, 'x'), 0x401100, 1});
    for (std::uint64_t i = 1; i < 20'000; ++i)
        elf_.symbols.push_back({"", 0x401100 + i, 1});
    bytes_ = elf_.bytes();
    for (std::uint64_t i = 0; i < elf_.symbols.size(); ++i)
        change<Elf64_Sym>(0x2000 + (i + 1) * sizeof(Elf64_Sym),
                          [](Elf64_Sym& symbol) { symbol.st_name = 1; });
    EXPECT_TRUE(within_limits([&] {
        const auto symbols = load();
        const auto found = symbols ? symbols->find(0x1200) : std::nullopt;
        return found && found->function == std::string(kLongestMangledName, 'x') + "..." &&
               symbols->bytes() < 4 << 20;
    }));
}

TEST_F(ElfSymbolsTest, MoreSegmentsThanAnyProgramHas) {
    change<Elf64_Ehdr>(0, [](Elf64_Ehdr& header) { header.e_phnum = 0xfff0; });
    EXPECT_TRUE(within_limits([&] { return is_refused(Errc::limit, 8 << 20); }));
}

TEST_F(ElfSymbolsTest, AProgramRunsWithoutSections) {
    change<Elf64_Ehdr>(0, [](Elf64_Ehdr& header) { header.e_shoff = 0x7fff'ffff'ffff'fff0; });
    const auto symbols = load();
    ASSERT_TRUE(symbols) << symbols.error().message;
    EXPECT_TRUE(symbols->empty());
}

TEST_F(ElfSymbolsTest, WhatIsPackedIsNotUnpacked) {
    change_section(kSymbolTable, [](Elf64_Shdr& table) { table.sh_flags = SHF_COMPRESSED; });
    EXPECT_FALSE(is_named());
    bytes_ = std::string("\x1f\x8b\x08\0", 4) + bytes_;
    EXPECT_TRUE(is_refused(Errc::malformed));
}

TEST_F(ElfSymbolsTest, WhatIsCutIsNoCrash) {
    const std::string whole = bytes_;
    for (std::size_t length = 0; length < whole.size(); length += 8) {
        bytes_ = whole.substr(0, length);
        EXPECT_FALSE(is_named());
    }
}

} // namespace
} // namespace unfreed::testing
