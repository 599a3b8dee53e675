// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/reclaim_account.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace unfreed {
namespace {

namespace fs = std::filesystem;

TEST(ReclaimAccount, IsWhatTheKernelSaysOfACache) {
    const std::string folder = ::testing::TempDir() + "reclaim_account";
    fs::remove_all(folder);
    for (const char* cache : {"dentry", "kmalloc-64"})
        fs::create_directories(folder + "/" + cache);
    std::ofstream(folder + "/dentry/reclaim_account") << "1\n";
    std::ofstream(folder + "/kmalloc-64/reclaim_account") << "0\n";
    EXPECT_TRUE(has_reclaim_account("dentry", folder));
    EXPECT_FALSE(has_reclaim_account("kmalloc-64", folder));
    EXPECT_FALSE(has_reclaim_account("gone", folder));
    EXPECT_FALSE(has_reclaim_account("", folder));
    // A name is never a way out of the folder.
    EXPECT_FALSE(has_reclaim_account("../reclaim_account/dentry", folder));
    EXPECT_FALSE(has_reclaim_account("..", folder + "/dentry/x"));
    fs::remove_all(folder);
}

} // namespace
} // namespace unfreed
