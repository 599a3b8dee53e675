// SPDX-License-Identifier: BSD-2-Clause
#include "support/event_builder.h"
#include "support/fake_process_reader.h"
#include "track/lifetime_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::SizeIs;

ChargedEvent charged(std::uint32_t origin, std::int32_t bytes) {
    ChargedEvent event;
    event.origin = OriginId{origin};
    event.tgid = 100;
    event.forward_alloc = bytes;
    return event;
}

TEST(TrackerCharged, SumsByOriginAndKeepsWhatIsForgotten) {
    FakeProcessReader reader;
    LifetimeTracker tracker({}, reader);
    tracker.apply(origin_event({.id = 1}));
    tracker.apply(charged(1, 5));
    tracker.apply(charged(1, 6));
    tracker.apply(charged(2, 7)); // its record was lost
    Snapshot snapshot = tracker.snapshot(table({}));
    ASSERT_THAT(snapshot.charged_dead, SizeIs(2));
    EXPECT_EQ(snapshot.charged_dead[0].count, 2U);
    EXPECT_EQ(snapshot.charged_dead[0].forward_alloc, 11);
    EXPECT_EQ(snapshot.charged_dead[0].origin.id, OriginId{1});
    EXPECT_EQ(snapshot.charged_dead[1].origin.id, OriginId{});
    // The number of an origin is given to another one.
    tracker.forget({OriginId{1}, {}});
    tracker.apply(charged(1, 9));
    snapshot = tracker.snapshot(table({}));
    ASSERT_THAT(snapshot.charged_dead, SizeIs(3));
    EXPECT_EQ(snapshot.charged_dead[0].count, 2U);
    EXPECT_EQ(snapshot.charged_dead[0].origin.id, OriginId{});
    EXPECT_EQ(snapshot.charged_dead[0].origin.kernel_stack, origin_event().kernel_stack);
}

} // namespace
} // namespace unfreed::test
