// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/slab_names.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace unfreed::test {
namespace {

TEST(KmallocFamily, IsTheSizeWhateverTheKind) {
    for (const char* name : {"kmalloc-64", "kmalloc-cg-64", "kmalloc-rcl-64", "dma-kmalloc-64",
                             "kmalloc-rnd-07-64", "memdup_user-64", "msg_msg-64"})
        EXPECT_EQ(kmalloc_family(name), "kmalloc-64") << name;
    EXPECT_EQ(kmalloc_family("kmalloc-cg-2k"), "kmalloc-2k");
}

TEST(KmallocFamily, LeavesOtherNamesAlone) {
    for (const char* name : {"dentry", "kmalloc-large", "kmalloc-", "kmalloc-rnd-07", "dma-buf",
                             "msg_msg-", "memdup_user-x", ""})
        EXPECT_EQ(kmalloc_family(name), name);
}

TEST(SlabNames, AliasesAreCountedAsTheirLineInSlabinfo) {
    SlabInfo slabs;
    slabs.caches = {{"kmalloc-cg-192", 5, 6, 192, 21},
                    {"signal_cache", 5, 6, 1088, 15},
                    {"dentry", 1, 1, 192, 21}};
    const SlabNames names({{"kmalloc-cg-192", ":A-0000192"},
                           {"cred", ":A-0000192"},
                           {"signal_cache", ":A-0001088"},
                           {"UNIX", ":A-0001088"},
                           {"lost", ":0000008"}},
                          slabs);
    EXPECT_EQ(names.counted_as("UNIX"), "signal_cache");
    EXPECT_EQ(names.counted_as("signal_cache"), "signal_cache");
    EXPECT_EQ(names.counted_as("cred"), "kmalloc-192");
    EXPECT_EQ(names.counted_as("dentry"), "dentry");
    EXPECT_EQ(names.merged_with("signal_cache"),
              (std::vector<std::string>{"UNIX", "signal_cache"}));
    EXPECT_TRUE(names.merged_with("dentry").empty());
    EXPECT_TRUE(names.merged_with("lost").empty());
    EXPECT_TRUE(names.merged_with("kmalloc-cg-192").empty());
    EXPECT_EQ(names.counted_as("lost"), "lost"); // its id has no line
    EXPECT_EQ(SlabNames().counted_as("TCP"), "TCP");
}

TEST(SlabNames, ReadsTheLinksOfAFolder) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "unfreed-slab-links";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / ":0000192");
    std::filesystem::create_directories(folder / "dentry");
    std::filesystem::create_symlink(":0000192", folder / "aio_kiocb");
    const auto links = read_slab_links(folder.string());
    EXPECT_EQ(links, (SlabNames::Links{{"aio_kiocb", ":0000192"}}));
    EXPECT_TRUE(read_slab_links((folder / "nowhere").string()).empty());
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace unfreed::test
