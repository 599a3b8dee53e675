// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/meminfo.h"

#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

TEST(SlabMemory, ReadsTwoLines) {
    const auto memory = SlabMemory::parse("MemTotal:       24105 kB\nSlab:            2000 kB\n"
                                          "SReclaimable:    1500 kB\nSUnreclaim:  500 kB\n");
    ASSERT_TRUE(memory) << memory.error().message;
    EXPECT_EQ(memory->bytes, 2000U * 1024);
    EXPECT_EQ(memory->reclaimable_bytes, 1500U * 1024);
}

TEST(SlabMemory, RefusesHalfOfThem) {
    for (const char* text :
         {"", "Slab: 1 kB\n", "SReclaimable: 1 kB\n", "Slab: x kB\nSReclaimable: 1 kB"})
        EXPECT_EQ(SlabMemory::parse(text).error().code, Errc::malformed) << text;
    EXPECT_EQ(SlabMemory::read("/nonexistent").error().code, Errc::not_found);
}

TEST(SlabMemory, ReadsThisKernel) {
    const auto memory = SlabMemory::read();
    ASSERT_TRUE(memory) << memory.error().message;
    EXPECT_GE(memory->bytes, memory->reclaimable_bytes);
}

} // namespace
} // namespace unfreed::test
