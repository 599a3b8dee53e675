// SPDX-License-Identifier: BSD-2-Clause
// Origins that are given back: the table in memory of the test's own.
#include "bpf/object_table.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <set>

namespace unfreed::bpf {
namespace {

class Retire : public testing::Test {
  protected:
    Retire()
        : table_(mapped(sizeof(uf_set)), mapped(4 * sizeof(uf_origin), &origins_),
                 mapped(4 * sizeof(uf_exit_ways))) {}

    static MappedArray mapped(std::size_t bytes, uf_origin** view = nullptr) {
        const int fd = ::memfd_create("table", 0);
        EXPECT_EQ(::ftruncate(fd, static_cast<off_t>(bytes)), 0);
        auto array = MappedArray::map(fd, bytes);
        ::close(fd);
        EXPECT_TRUE(array);
        if (view != nullptr)
            *view = array->as<uf_origin>().data();
        return std::move(*array);
    }
    void add(unsigned entry, std::uint32_t tgid, std::uint64_t births, std::uint64_t deaths) {
        origins_[entry].key = 1000 + entry;
        origins_[entry].tgid = tgid;
        origins_[entry].births = births;
        origins_[entry].deaths = deaths;
        origins_[entry].flags = UF_ORIGIN_SENT;
    }
    auto close() {
        return table_.close_origins([this](std::uint32_t tgid) { return ended_.contains(tgid); });
    }

    uf_origin* origins_ = nullptr;
    std::set<std::uint32_t> ended_{7};
    ObjectTable table_;
};

TEST_F(Retire, GivesBackWhatHasNoObjectsAndNoProcess) {
    add(0, 7, 5, 5);
    add(1, 7, 5, 4); // an object
    add(2, 8, 5, 5); // alive
    add(3, 0, 5, 5); // an interrupt's
    const auto retired = table_.retire(close());
    ASSERT_EQ(retired.size(), 1u);
    EXPECT_EQ(retired[0].id, OriginId{1});
    EXPECT_EQ(retired[0].counts.births, 5u);
    EXPECT_EQ(retired[0].counts.deaths, 5u);
    const uf_origin empty{};
    EXPECT_EQ(std::memcmp(&origins_[0], &empty, sizeof(empty)), 0);
    for (unsigned entry = 1; entry < 4; ++entry)
        EXPECT_EQ(origins_[entry].key, 1000u + entry);
}

TEST_F(Retire, KeepsWhatTheReportCountsAtExit) {
    add(0, 7, 5, 5);
    origins_[0].exit_released = 1;
    EXPECT_TRUE(close().empty());
}

// A program had found the entry before it was closed, and counts its birth after.
TEST_F(Retire, OpensAnEntryAgainThatGotAnObjectMeanwhile) {
    add(0, 7, 5, 5);
    const auto closed = close();
    ASSERT_EQ(closed.size(), 1u);
    EXPECT_NE(origins_[0].key, 1000u) << "a birth could still find it";
    EXPECT_NE(origins_[0].key, 0u) << "another origin could take it";
    ++origins_[0].births;
    EXPECT_TRUE(table_.retire(closed).empty());
    EXPECT_EQ(origins_[0].key, 1000u);
    EXPECT_EQ(origins_[0].births, 6u);
}

TEST_F(Retire, ReopensWhatWasClosed) {
    add(0, 7, 5, 5);
    table_.reopen(close());
    EXPECT_EQ(origins_[0].key, 1000u);
    EXPECT_EQ(origins_[0].births, 5u);
    EXPECT_EQ(close().size(), 1u) << "it is found again";
}

} // namespace
} // namespace unfreed::bpf
