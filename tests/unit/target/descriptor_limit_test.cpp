// SPDX-License-Identifier: BSD-2-Clause
#include "target/descriptor_limit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace unfreed {
namespace {

unsigned long table_size() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (unsigned long size = 0; word == "FDSize:" && status >> size)
            return size;
    return 0;
}

TEST(DescriptorLimitTest, TheTableNeedNotGrowDuringATrace) {
    ASSERT_LT(table_size(), 1024U);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const DescriptorLimit limit;
    EXPECT_GE(table_size(), std::min<rlim_t>(before.rlim_max, 4096));
}

} // namespace
} // namespace unfreed
