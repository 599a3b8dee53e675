// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/dentry_state.h"
#include "kernel_counts/slabinfo.h"
#include "kernel_counts/sockstat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace unfreed::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kSlabinfo =
    R"(slabinfo - version: 2.1
# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit>
TCP                   11     24   2496   13    8 : tunables    0    0    0 : slabdata      2      2      0
kmalloc-rcl-64   4294967296 4294967297     64   64    1 : tunables    0    0    0 : slabdata     12     12      0
odd name 7           5      6    192   21    1 : tunables    0    0    0 : slabdata      1      1      0
)";

TEST(SlabInfo, ReadsEveryCache) {
    const auto info = SlabInfo::parse(kSlabinfo);
    ASSERT_TRUE(info) << info.error().message;
    ASSERT_THAT(info->caches, SizeIs(3));
    const SlabCache* tcp = info->find("TCP");
    ASSERT_NE(tcp, nullptr);
    EXPECT_EQ(tcp->active_objects, 11U);
    EXPECT_EQ(tcp->total_objects, 24U);
    EXPECT_EQ(tcp->object_bytes, 2496U);
    EXPECT_EQ(info->find("kmalloc-rcl-64")->active_objects, 4294967296U);
    ASSERT_NE(info->find("odd name 7"), nullptr);
    EXPECT_EQ(info->find("odd name 7")->active_objects, 5U);
    EXPECT_EQ(info->find("UDP"), nullptr);
}

TEST(SlabInfo, SaysWhichLineIsWrong) {
    EXPECT_FALSE(SlabInfo::parse(""));
    EXPECT_FALSE(SlabInfo::parse("slabinfo - version: 3.0\n"));
    for (const char* line :
         {"TCP 11 24 2496 13 8", "TCP 11 24 2496 13 : tunables 0 0 0",
          "TCP 11 x 2496 13 8 : tunables 0", "1 2 3 4 5 : tunables", " 1 2 3 4 5 : tunables"}) {
        const auto info = SlabInfo::parse("slabinfo - version: 2.1\n# name\n" + std::string(line));
        ASSERT_FALSE(info) << line;
        EXPECT_EQ(info.error().code, Errc::malformed);
        EXPECT_THAT(info.error().message, HasSubstr("line 3"));
    }
}

TEST(SlabInfo, AMissingFileIsAnError) {
    const auto info = SlabInfo::read("/nonexistent/slabinfo");
    ASSERT_FALSE(info);
    EXPECT_EQ(info.error().code, Errc::not_found);
    EXPECT_THAT(info.error().message, HasSubstr("/nonexistent/slabinfo"));
}

TEST(SlabInfo, ReadsThisKernel) {
    const auto info = SlabInfo::read();
    if (!info && (info.error().code == Errc::permission || info.error().code == Errc::not_found))
        GTEST_SKIP() << info.error().message;
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_GT(info->caches.size(), 10U);
}

TEST(Sockstat, ReadsEveryNumber) {
    const auto sockstat = Sockstat::parse("sockets: used 12\n"
                                          "TCP: inuse 1 orphan 2 tw 3 alloc 4 mem 124\n"
                                          "UDP: inuse 5 mem -1\n"
                                          "NEW: inuse 7 novelty 8\n"
                                          "FRAG: inuse 0 memory 640\n");
    ASSERT_TRUE(sockstat) << sockstat.error().message;
    EXPECT_EQ(sockstat->sockets_used, 12U);
    EXPECT_THAT(sockstat->protocols, SizeIs(4));
    const ProtocolCounts* tcp = sockstat->find("TCP");
    ASSERT_NE(tcp, nullptr);
    EXPECT_EQ(tcp->inuse, 1U);
    EXPECT_EQ(tcp->orphan, 2U);
    EXPECT_EQ(tcp->time_wait, 3U);
    EXPECT_EQ(tcp->alloc, 4U);
    EXPECT_EQ(tcp->mem_pages, 124U);
    EXPECT_EQ(tcp->memory_bytes, std::nullopt);
    EXPECT_EQ(sockstat->find("UDP")->orphan, std::nullopt);
    EXPECT_EQ(sockstat->find("UDP")->mem_pages, 0U);
    EXPECT_EQ(sockstat->find("NEW")->inuse, 7U);
    EXPECT_EQ(sockstat->find("FRAG")->memory_bytes, 640U);
    EXPECT_EQ(sockstat->find("RAW"), nullptr);
    EXPECT_EQ(sockstat->find("sockets"), nullptr);
}

TEST(Sockstat, RefusesWhatItDoesNotUnderstand) {
    EXPECT_FALSE(Sockstat::parse("TCP inuse 1\n"));
    EXPECT_FALSE(Sockstat::parse(": inuse 1\n"));
    EXPECT_FALSE(Sockstat::parse("TCP: inuse\n"));
    EXPECT_FALSE(Sockstat::parse("TCP: inuse x\n"));
    EXPECT_FALSE(Sockstat::parse("TCP: inuse 1x\n"));
    EXPECT_THAT(Sockstat::parse("a: b 1\nTCP\n").error().message, HasSubstr("line 2"));
}

TEST(Sockstat, ReadsThisKernel) {
    const auto sockstat = Sockstat::read();
    if (!sockstat && sockstat.error().code == Errc::not_found)
        GTEST_SKIP() << sockstat.error().message;
    ASSERT_TRUE(sockstat) << sockstat.error().message;
    EXPECT_NE(sockstat->find("TCP"), nullptr);
    const auto sockstat6 = Sockstat::read(Sockstat::kPath6);
    if (sockstat6) {
        EXPECT_NE(sockstat6->find("TCP6"), nullptr);
        EXPECT_EQ(sockstat6->sockets_used, std::nullopt);
    }
}

TEST(DentryState, ReadsSixFields) {
    const auto state = DentryState::parse("97238\t95823\t45\t0\t8273\t-1\n");
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(state->dentries, 97238);
    EXPECT_EQ(state->unused, 95823);
    EXPECT_EQ(state->age_limit_s, 45);
    EXPECT_EQ(state->want_pages, 0);
    EXPECT_EQ(state->negative, 8273);
    EXPECT_EQ(state->reserved, -1);
}

TEST(DentryState, RefusesAnythingElse) {
    for (const char* text : {"", "1 2 3 4 5", "1 2 3 4 5 6 7", "1 2 3 4 5 6\n7\n", "1 2 3 4 5 x",
                             "1 2 3 4 5 99999999999999999999"}) {
        const auto state = DentryState::parse(text);
        ASSERT_FALSE(state) << text;
        EXPECT_EQ(state.error().code, Errc::malformed);
    }
    EXPECT_EQ(DentryState::read("/nonexistent").error().code, Errc::not_found);
}

TEST(DentryState, ReadsThisKernel) {
    const auto state = DentryState::read();
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_GT(state->dentries, 0);
}

} // namespace
} // namespace unfreed::test
