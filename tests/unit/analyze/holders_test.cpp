// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/holders.h"

#include <gmock/gmock.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

LiveObject object_at(std::uint64_t address) {
    LiveObject object;
    object.slot.address = address;
    return object;
}

TEST(HolderIndex, KnowsNothingUntilItIsTold) {
    EXPECT_FALSE(HolderIndex().known());
    EXPECT_TRUE(HolderIndex(std::vector<Holder>()).known());
    EXPECT_THAT(HolderIndex().of(1), IsEmpty());
}

TEST(HolderIndex, CountsTheSameHoldOnce) {
    const HolderIndex index({{2, 7, 0, HoldKind::mapped},
                             {1, 7, 3, HoldKind::fd},
                             {2, 7, 0, HoldKind::mapped},
                             {1, 5, 9, HoldKind::fd}});
    ASSERT_THAT(index.of(1), SizeIs(2));
    EXPECT_EQ(index.of(1)[0].tgid, 5U);
    EXPECT_THAT(index.of(2), SizeIs(1));
    EXPECT_THAT(index.of(3), IsEmpty());
}

TEST(HeldObjects, AreSummedByProcess) {
    const LiveObject one = object_at(1), two = object_at(2), free = object_at(3);
    const HolderIndex index({{1, 7, 3, HoldKind::fd},
                             {1, 7, 4, HoldKind::fd}, // dup()
                             {1, 7, 0, HoldKind::mapped},
                             {1, 8, 3, HoldKind::fd}, // fork()
                             {2, 8, 5, HoldKind::fd},
                             {9, 9, 9, HoldKind::fd}});
    const HeldObjects held = held_objects({&one, &two, &free}, index);
    EXPECT_EQ(held.count, 2U);
    ASSERT_THAT(held.holders, SizeIs(2));
    EXPECT_EQ(held.holders[0].pid, 8U);
    EXPECT_EQ(held.holders[0].objects, 2U);
    EXPECT_THAT(held.holders[0].fds, ElementsAre(3, 5));
    EXPECT_EQ(held.holders[1].objects, 1U);
    EXPECT_THAT(held.holders[1].fds, ElementsAre(3, 4));
    EXPECT_THAT(held.holders[1].ways, ElementsAre("fd", "mapped"));
}

TEST(HeldObjects, AreNotKnownWithoutAnIndex) {
    const LiveObject one = object_at(1);
    EXPECT_EQ(held_objects({&one}, HolderIndex()).count, std::nullopt);
    EXPECT_EQ(held_objects({&one}, HolderIndex(std::vector<Holder>())).count, 0U);
}

} // namespace
} // namespace unfreed::test
