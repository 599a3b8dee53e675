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
    bool mounted_by_maker = false;
    bool socket_file = false;

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
                ObjectFacts facts{.refcount = references_later};
                facts.dentry.socket_file = socket_file;
                return std::vector<Inspection>(requests.size(),
                                               {Inspection::Verdict::alive, facts, {}});
            },
            [&](const DentryLocation&) { return mounts; },
            [&](const DentryLocation&, std::uint32_t maker) {
                return held_unseen || (maker == 100 && mounted_by_maker);
            });
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

TEST(DentryHolders, AMountThatOnlyItsMakerSeesMayHoldIt) {
    OneDentry dentry(0);
    dentry.mounted_by_maker = true;
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

// bind() keeps a reference on the dentry of the path, and so does each accepted connection: sockets
// hold them, whether the trace follows them or they are older.
TEST(DentryHolders, AUnixSocketHoldsThePathItIsBoundTo) {
    OneDentry dentry(0);
    const std::uint64_t address = dentry.builder.snapshot.objects[0].slot.address;
    dentry.builder.objects(1, {.object_class = ObjectClass::socket});
    ObjectFacts bound;
    bound.socket.dentry = address;
    dentry.builder.snapshot.objects[1].facts = bound;
    EXPECT_EQ(dentry.kind(), Kind::pinned); // one of two references
    OtherSocket older;
    older.object.slot.object_class = ObjectClass::socket;
    older.object.facts = bound;
    dentry.builder.snapshot.other_sockets.push_back(older);
    EXPECT_EQ(dentry.kind(), Kind::open);
}

// The sockets of other processes are not read with -p.
TEST(DentryHolders, ASocketThatIsNotReadMayHoldItsPath) {
    OneDentry dentry(0);
    dentry.socket_file = true;
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
