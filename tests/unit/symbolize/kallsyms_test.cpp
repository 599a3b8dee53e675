// SPDX-License-Identifier: BSD-2-Clause
#include "base/clock.h"
#include "symbolize/kallsyms.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>

namespace unfreed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kText = "ffffffff81000000 T _stext\n"
                              "ffffffff81000000 T startup_64\n"
                              "ffffffff81001000 t sk_alloc\n"
                              "ffffffff81001200 t sk_alloc.part.0\n"
                              "ffffffff81001300 T sk_alloc_other\n"
                              "ffffffff81001400 W memcpy\n"
                              "ffffffff81001400 t __memcpy\n"
                              "ffffffff81001480 t sk_alloc.isra.0.cold\n"
                              "ffffffff81001500 D some_data\n"
                              "ffffffffc0001000 t nf_find\t[nf_conntrack]\n"
                              "ffffffffc0001040 t nf_next\t[nf_conntrack]\n"
                              "ffffffffc0000000 t ovl_lookup\t[overlay]\n"
                              "ffffffffc0002000 t bpf_prog_6deef7357e7b4530_birth\t[bpf]\n";

std::string found(const Kallsyms& table, std::uint64_t address) {
    const auto symbol = table.find(address);
    return symbol ? fmt::format("{}+{:#x} [{}]", symbol->name, symbol->offset, symbol->module)
                  : "none";
}

TEST(Kallsyms, FindsTheFunctionThatContainsTheAddress) {
    const Kallsyms table = Kallsyms::parse(kText);
    EXPECT_EQ(found(table, 0xffffffff81001000), "sk_alloc+0x0 [vmlinux]");
    EXPECT_EQ(found(table, 0xffffffff810011ff), "sk_alloc+0x1ff [vmlinux]");
    EXPECT_EQ(found(table, 0xffffffff81001200), "sk_alloc.part.0+0x0 [vmlinux]");
    EXPECT_EQ(found(table, 0xffffffffc0001044), "nf_next+0x4 [nf_conntrack]");
    EXPECT_EQ(found(table, 0xffffffffc0002010), "bpf_prog_6deef7357e7b4530_birth+0x10 [bpf]");
    EXPECT_EQ(table.find(0xffffffff81001010)->start, 0xffffffff81001000);
    EXPECT_FALSE(table.hidden());
}

TEST(Kallsyms, KnowsWhatIsNoFunction) {
    const Kallsyms table = Kallsyms::parse(kText);
    EXPECT_EQ(found(table, 0), "none");
    EXPECT_EQ(found(table, 0xffffffff80ffffff), "none");
    EXPECT_EQ(found(table, 0xffffffff81001500), "none"); // data
    EXPECT_EQ(found(Kallsyms::parse(""), 0xffffffff81001000), "none");
}

// Behind the last function of a module there may be code that kallsyms does not list.
TEST(Kallsyms, KeepsTheVariablesThatTheBpfSideReads) {
    const Kallsyms symbols = Kallsyms::parse("ffffffff81000000 T vmemmap_base_not\n"
                                             "ffffffff82554598 D vmemmap_base\n"
                                             "ffffffff825545a0 d another\n"
                                             "ffffffff825545a8 D page_offset_base\n");
    EXPECT_EQ(symbols.variable("vmemmap_base"), 0xffffffff82554598);
    EXPECT_EQ(symbols.variable("page_offset_base"), 0xffffffff825545a8);
    EXPECT_EQ(symbols.variable("another"), std::nullopt);
    EXPECT_FALSE(symbols.find(0xffffffff82554598).has_value());
    EXPECT_FALSE(symbols.range_of("vmemmap_base").has_value());
}

TEST(Kallsyms, AFunctionDoesNotReachFarIntoForeignMemory) {
    const Kallsyms table = Kallsyms::parse("ffffffff81000000 T last_of_kernel\n"
                                           "ffffffffc0000000 t first\t[a]\n"
                                           "ffffffffc0100000 t second\t[a]\n"
                                           "ffffffffffffff00 t very_last\t[b]\n");
    EXPECT_EQ(found(table, 0xffffffff8100ffff), "last_of_kernel+0xffff [vmlinux]");
    EXPECT_EQ(found(table, 0xffffffff81010000), "none");
    EXPECT_EQ(found(table, 0xffffffffc0080000), "first+0x80000 [a]"); // same module: no gap
    EXPECT_EQ(found(table, 0xffffffffc0110000), "none");
    EXPECT_EQ(found(table, 0xfffffffffffffff0), "very_last+0xf0 [b]");
}

TEST(Kallsyms, PrefersTheNameAReaderExpects) {
    const Kallsyms table = Kallsyms::parse(kText);
    EXPECT_EQ(found(table, 0xffffffff81000010), "startup_64+0x10 [vmlinux]");
    EXPECT_EQ(found(table, 0xffffffff81001410), "__memcpy+0x10 [vmlinux]"); // not the weak one
    EXPECT_EQ(found(Kallsyms::parse("1000 t b_first\n1000 t a_second\n1000 D data\n"), 0x1000),
              "b_first+0x0 [vmlinux]");
}

TEST(Kallsyms, RangesEndAtTheNextSymbolOfAnyKind) {
    const Kallsyms table = Kallsyms::parse(kText);
    EXPECT_EQ(table.range_of("sk_alloc"), (AddressRange{0xffffffff81001000, 0xffffffff81001200}));
    EXPECT_EQ(table.range_of("memcpy"), (AddressRange{0xffffffff81001400, 0xffffffff81001480}));
    EXPECT_EQ(table.range_of("sk_alloc.isra.0.cold"),
              (AddressRange{0xffffffff81001480, 0xffffffff81001500}));
    EXPECT_EQ(table.range_of("sk_all"), std::nullopt);
    EXPECT_EQ(table.range_of("some_data"), std::nullopt);
}

TEST(Kallsyms, FindsWhatTheCompilerMadeOfAFunction) {
    const Kallsyms table = Kallsyms::parse(kText);
    EXPECT_THAT(table.ranges_of_prefix_variants("sk_alloc"),
                ElementsAre(AddressRange{0xffffffff81001000, 0xffffffff81001200},
                            AddressRange{0xffffffff81001200, 0xffffffff81001300},
                            AddressRange{0xffffffff81001480, 0xffffffff81001500}));
    EXPECT_THAT(table.ranges_of_prefix_variants("sk"), IsEmpty());
}

TEST(Kallsyms, HiddenAddressesAreNoError) {
    const Kallsyms table = Kallsyms::parse("0000000000000000 T _stext\n"
                                           "0000000000000000 t sk_alloc\n");
    EXPECT_TRUE(table.hidden());
    EXPECT_EQ(found(table, 0), "none");
    EXPECT_FALSE(Kallsyms::parse("").hidden());
    EXPECT_FALSE(Kallsyms::parse("0000000000000000 A fixed_percpu_data\n1000 T f\n").hidden());
}

TEST(Kallsyms, SkipsAndCountsWhatItCannotRead) {
    const std::string with_zero("ffffffff81003000 t \0x\n", 22);
    const Kallsyms table = Kallsyms::parse(with_zero + "garbage\n"
                                                       "ffffffff81000000\n"
                                                       "ffffffff81000000 T\n"
                                                       "ffffffff81000000 T \n"
                                                       "11111111111111111111 T too_large\n"
                                                       "ffffffff81001000 t module_cut\t[nf_\n"
                                                       "\n"
                                                       "ffffffff81002000 T good"); // no line end
    EXPECT_EQ(table.skipped_lines(), 7u);
    EXPECT_EQ(table.size(), 1u);
    EXPECT_EQ(found(table, 0xffffffff81002001), "good+0x1 [vmlinux]");
}

TEST(Kallsyms, LoadTellsWhatIsWrong) {
    const auto missing = Kallsyms::load("/nonexistent/kallsyms");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
    const std::string path = ::testing::TempDir() + "/unfreed_kallsyms_test";
    std::ofstream(path) << "not a symbol\n";
    const auto malformed = Kallsyms::load(path);
    ASSERT_FALSE(malformed);
    EXPECT_EQ(malformed.error().code, Errc::malformed);
    std::ofstream(path) << kText;
    const auto good = Kallsyms::load(path);
    ASSERT_TRUE(good);
    EXPECT_EQ(good->size(), 13u);
}

// The limit leaves room for sanitizers and slow machines: natively it takes a tenth of that.
TEST(Kallsyms, ParsesAQuarterOfAMillionLinesInAMoment) {
    std::string text;
    for (unsigned i = 0; i < 250'000; ++i)
        text += fmt::format("{:016x} t some_function_with_a_name_{}\n", 0xffffffff81000000 + i * 64,
                            i * 7919 % 250'000);
    // CPU time: what else the machine does is not in it. Sanitizers make it several times longer.
    const std::uint64_t begin = thread_cpu_ns();
    const Kallsyms table = Kallsyms::parse(text);
    const std::uint64_t took_ms = (thread_cpu_ns() - begin) / 1'000'000;
    EXPECT_EQ(table.size(), 250'000u);
    EXPECT_LT(took_ms, 3000u);
    RecordProperty("milliseconds", static_cast<int>(took_ms));
}

} // namespace
} // namespace unfreed
