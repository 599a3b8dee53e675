// SPDX-License-Identifier: BSD-2-Clause
#include "look/reclaim_probe.h"
#include "support/fake_witness.h"

#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

constexpr std::int64_t kBefore = 4000, kAfter = 1000;

class ReclaimProbe : public ::testing::Test {
  protected:
    ReclaimProbe() {
        surroundings_.counts.slabs.emplace();
        surroundings_.counts.slabs->caches.emplace_back().name = "dentry";
        set_dentries(kBefore);
        set_objects(kBefore);
        surroundings_.when_dropped = [this] { set_dentries(kAfter); };
    }

    void set_dentries(std::int64_t count) {
        surroundings_.counts.dentries.emplace().dentries = count;
        surroundings_.counts.dentries->unused = count;
    }
    void set_objects(std::int64_t count) {
        surroundings_.counts.slabs->caches.front().active_objects =
            static_cast<std::uint64_t>(count);
    }
    ReclaimReport probe() {
        Survey survey;
        FakeWitness witness;
        EXPECT_TRUE(look::probe_reclaim(survey, Findings{}, witness, surroundings_));
        return survey.closeups.reclaimed ? survey.closeups.reclaimed->report : ReclaimReport{};
    }

    FakeSurroundings surroundings_;
};

// A dentry leaves the count of dentries first, and its cache after a callback of RCU.
TEST_F(ReclaimProbe, ReadsTheCacheWhenItHasItsMemoryBack) {
    surroundings_.while_waiting = [this] {
        if (surroundings_.waits == 3)
            set_objects(kAfter);
    };
    const ReclaimReport report = probe();
    EXPECT_EQ(report.slab_before, kBefore);
    EXPECT_EQ(report.slab_after, kAfter);
    EXPECT_EQ(surroundings_.waits, 3);
}

// Caches count what lies in the lists of a CPU as used.
TEST_F(ReclaimProbe, DoesNotWaitForEver) {
    const ReclaimReport report = probe();
    EXPECT_EQ(report.slab_after, kBefore);
    EXPECT_LE(surroundings_.waits, 100);
}

} // namespace
} // namespace unfreed::test
