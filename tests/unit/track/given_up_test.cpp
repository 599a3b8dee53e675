// SPDX-License-Identifier: BSD-2-Clause
#include "support/event_builder.h"
#include "support/fake_process_reader.h"
#include "track/lifetime_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class TrackerGivenUp : public testing::Test {
  protected:
    const GivenUpEvent& known(std::uint32_t origin) {
        snapshot = tracker.snapshot(table({}));
        return snapshot.given_up.at(OriginId{origin});
    }

    FakeProcessReader reader;
    LifetimeTracker tracker{{}, reader};
    Snapshot snapshot;
};

TEST_F(TrackerGivenUp, KeepsTheLatestOfEachOrigin) {
    tracker.apply(given_up_event({.origin = 1, .comm = "first"}));
    tracker.apply(given_up_event({.origin = 2, .comm = "other"}));
    tracker.apply(given_up_event({.origin = 1, .comm = "second", .kernel_stack = {0x50}}));
    EXPECT_EQ(known(1).comm, "second");
    EXPECT_THAT(known(1).kernel_stack, ElementsAre(0x50U));
    EXPECT_EQ(known(2).comm, "other");
}

TEST_F(TrackerGivenUp, AStackIsWorthMoreThanNone) {
    tracker.apply(given_up_event({.comm = "first", .kernel_stack = {}}));
    tracker.apply(given_up_event({.comm = "second"}));
    EXPECT_EQ(known(1).comm, "second");
    tracker.apply(given_up_event({.comm = "third", .kernel_stack = {}}));
    EXPECT_EQ(known(1).comm, "second");
}

// The number of an origin is given to another one.
TEST_F(TrackerGivenUp, IsForgottenWithItsOrigin) {
    tracker.apply(origin_event({.id = 1}));
    tracker.apply(given_up_event({.origin = 1}));
    EXPECT_THAT(tracker.snapshot(table({})).given_up, SizeIs(1));
    tracker.forget({OriginId{1}, {}});
    EXPECT_THAT(tracker.snapshot(table({})).given_up, IsEmpty());
}

} // namespace
} // namespace unfreed::test
