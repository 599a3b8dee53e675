// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/dentry_holders.h"
#include "analyze/kind.h"
#include "support/snapshot_builder.h"

#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

// One dentry with two references, read twice.
struct OneDentry {
    SnapshotBuilder builder;
    int references_later = 2;
    std::uint32_t mounts = 0;
    bool held_unseen = false;

    explicit OneDentry(std::size_t holders) {
        builder.objects(1, {.object_class = ObjectClass::dentry});
        builder.snapshot.objects[0].facts = ObjectFacts{.refcount = 2};
        std::vector<Holder> all;
        for (std::uint32_t fd = 0; fd < holders; ++fd)
            all.push_back({builder.snapshot.objects[0].slot.address, 1, fd, HoldKind::fd});
        builder.snapshot.holders = HolderIndex(std::move(all));
    }
    Kind kind() {
        note_holders(
            builder.snapshot,
            [&](std::span<const InspectRequest> requests) {
                return std::vector<Inspection>(
                    requests.size(),
                    {Inspection::Verdict::alive, {.refcount = references_later}, {}});
            },
            [&](const DentryLocation&) { return mounts; },
            [&](const DentryLocation&) { return held_unseen; });
        return dentry_kind({builder.snapshot.objects[0], 0, 0, false});
    }
};

TEST(DentryHolders, WhatNothingHoldsIsPinned) {
    EXPECT_EQ(OneDentry(0).kind(), Kind::pinned);
    EXPECT_EQ(OneDentry(1).kind(), Kind::pinned); // one of two references
    EXPECT_EQ(OneDentry(2).kind(), Kind::open);
    EXPECT_EQ(OneDentry(3).kind(), Kind::open); // descriptors share a file
}

TEST(DentryHolders, AHolderThatHasLetGoMeanwhileIsNoProof) {
    OneDentry dentry(0);
    dentry.references_later = 0;
    EXPECT_EQ(dentry.kind(), Kind::unused);
}

TEST(DentryHolders, AMountHoldsToo) {
    OneDentry dentry(0);
    dentry.mounts = 2;
    EXPECT_EQ(dentry.kind(), Kind::open);
}

TEST(DentryHolders, WhereTheKernelMayHoldItUnseenNothingIsPinned) {
    OneDentry dentry(0);
    dentry.held_unseen = true;
    EXPECT_EQ(dentry.kind(), Kind::open);
}

TEST(DentryHolders, WithoutALookNothingIsPinned) {
    OneDentry dentry(0);
    dentry.builder.snapshot.holders = HolderIndex();
    EXPECT_EQ(dentry.kind(), Kind::open);
}

// A pipe, or a socket: its descriptor may be on the way from one process to another.
TEST(DentryHolders, WhatHasNoNameIsNotJudged) {
    OneDentry dentry(0);
    dentry.builder.snapshot.objects[0].facts->dentry.root = true;
    EXPECT_EQ(dentry.kind(), Kind::open);
}

} // namespace
} // namespace unfreed::test
