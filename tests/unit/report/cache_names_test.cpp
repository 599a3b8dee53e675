// SPDX-License-Identifier: BSD-2-Clause
#include "report/cache_names.h"
#include "report/phrases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::testing {
namespace {

using ::testing::ElementsAre;

std::vector<Frame> stack_of(const std::vector<std::string>& functions) {
    std::vector<Frame> frames;
    for (const std::string& function : functions) {
        frames.emplace_back();
        frames.back().function = function;
    }
    return frames;
}

TEST(CacheNames, TheConstructorTellsWhichOfTheMergedItIs) {
    const std::vector<std::string> merged{"mnt_cache", "posix_timers_cache"};
    EXPECT_THAT(likely_caches(merged, stack_of({"kmem_cache_alloc", "alloc_posix_timer.isra.0"})),
                ElementsAre("posix_timers_cache"));
    EXPECT_THAT(likely_caches(merged, stack_of({"kmem_cache_alloc", "somebody"})),
                ElementsAre("mnt_cache", "posix_timers_cache"));
    // A constructor of a cache that is not merged with this one says nothing of it.
    EXPECT_THAT(likely_caches(merged, stack_of({"lsm_file_alloc", "alloc_empty_file"})),
                ElementsAre("mnt_cache", "posix_timers_cache"));
    EXPECT_THAT(likely_caches({}, stack_of({"alloc_posix_timer"})), ElementsAre());
}

TEST(CacheNames, TheReportSaysTheRightOneOrThatItIsOneOfSeveral) {
    Group group;
    group.cache = "mnt_cache";
    EXPECT_EQ(what_phrase(group), "mnt_cache");
    group.merged_caches = {"posix_timers_cache"};
    EXPECT_EQ(what_phrase(group), "posix_timers_cache");
    group.count = 300;
    EXPECT_EQ(objects_phrase(group), "300 posix_timers_cache objects");
    group.merged_caches = {"mnt_cache", "posix_timers_cache", "x"};
    EXPECT_EQ(what_phrase(group), "one of mnt_cache, posix_timers_cache, ...");
}

} // namespace
} // namespace unfreed::testing
