// SPDX-License-Identifier: BSD-2-Clause
#include "support/analyze_options.h"

#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

class NotJudgedTest : public testing::Test {
  protected:
    SnapshotBuilder builder{kNow};
    AnalyzeOptions options = host();

    NotJudgedTest() {
        builder.origin({.id = 1, .object_class = ObjectClass::slab, .cache_name = "maple_node"},
                       {.births = 900, .deaths = 100});
        builder.objects(800, {.origin = 1, .object_class = ObjectClass::slab});
        builder.origin({.id = 2, .object_class = ObjectClass::slab, .cache_name = "filp"},
                       {.births = 3});
        builder.objects(3, {.origin = 2, .object_class = ObjectClass::slab});
        options.frees_hidden = [](const OriginEvent& origin) {
            return origin.cache_name == "maple_node";
        };
    }
};

TEST_F(NotJudgedTest, TheyComeLastAndAreNotOutstanding) {
    const AnalyzedGroups result = analyze(builder.snapshot, options);
    ASSERT_EQ(result.groups.size(), 2U);
    EXPECT_EQ(result.outstanding, 3U);
    EXPECT_EQ(result.groups[0].cache, "filp");
    EXPECT_TRUE(result.groups[0].judged);
    EXPECT_EQ(result.groups[1].count, 800U);
    EXPECT_FALSE(result.groups[1].judged);
    EXPECT_EQ(result.groups[1].verdict, Verdict::live);
    EXPECT_EQ(result.not_judged, (std::map<std::string, std::uint64_t>{{"maple_node", 800}}));
}

TEST_F(NotJudgedTest, TheyAreTheFirstToBeOmitted) {
    options.top = 1;
    const AnalyzedGroups result = analyze(builder.snapshot, options);
    ASSERT_EQ(result.groups.size(), 1U);
    EXPECT_EQ(result.groups[0].cache, "filp");
    EXPECT_EQ(result.not_judged.at("maple_node"), 800U);
}

TEST_F(NotJudgedTest, WithoutHiddenFreesAllAreJudged) {
    options.frees_hidden = nullptr;
    const AnalyzedGroups result = analyze(builder.snapshot, options);
    EXPECT_EQ(result.outstanding, 803U);
    EXPECT_TRUE(result.not_judged.empty());
}

} // namespace
} // namespace unfreed::test
