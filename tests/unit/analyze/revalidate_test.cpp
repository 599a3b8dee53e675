// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/revalidate.h"
#include "support/snapshot_builder.h"

#include <gmock/gmock.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using Verdict = Inspection::Verdict;

TEST(Revalidate, TakesOutWhatIsDeadAndNotesWhatIsAlive) {
    SnapshotBuilder builder;
    builder.origin({.id = 1});
    builder.snapshot.origins[OriginId{1}].cache_address = 0xabc;
    builder.objects(5, {});
    std::vector<std::uint64_t> asked;
    const std::uint64_t dead =
        revalidate(builder.snapshot, [&](std::span<const InspectRequest> requests) {
            for (const InspectRequest& request : requests) {
                asked.push_back(request.key.address);
                EXPECT_EQ(request.cache_address, 0xabcU);
            }
            return std::vector<Inspection>{{Verdict::alive, {.refcount = 2}, {}},
                                           {Verdict::dead, {}, {}},
                                           {Verdict::gone, {}, {}},
                                           {Verdict::unreadable, {}, {}},
                                           {Verdict::dead, {}, {}}};
        });
    EXPECT_EQ(dead, 2U);
    EXPECT_THAT(asked, ElementsAre(0x1000, 0x2000, 0x3000, 0x4000, 0x5000));
    ASSERT_THAT(builder.snapshot.objects, SizeIs(2));
    EXPECT_EQ(builder.snapshot.objects[0].slot.address, 0x1000U);
    EXPECT_EQ(builder.snapshot.objects[0].facts->refcount, 2);
    EXPECT_EQ(builder.snapshot.objects[1].slot.address, 0x4000U);
    EXPECT_FALSE(builder.snapshot.objects[1].facts);
}

TEST(Revalidate, AsksNothingOfPlainSlabObjectsAndSurvivesSilence) {
    SnapshotBuilder builder;
    builder.objects(2, {.object_class = ObjectClass::slab}).objects(1, {});
    std::size_t asked = 0;
    EXPECT_EQ(revalidate(builder.snapshot,
                         [&](std::span<const InspectRequest> requests) {
                             asked = requests.size();
                             return std::vector<Inspection>{};
                         }),
              0U);
    EXPECT_EQ(asked, 1U);
    EXPECT_THAT(builder.snapshot.objects, SizeIs(3));
}

TEST(Revalidate, TellsWhichSocketsGotAFile) {
    SnapshotBuilder builder;
    builder.origin({.id = 1})
        .objects(2, {})
        .objects(1, {.stages = UF_STAGE_RELEASED})
        .objects(1, {.object_class = ObjectClass::dentry});
    revalidate(builder.snapshot, [](std::span<const InspectRequest> requests) {
        std::vector<Inspection> answers(requests.size(), {Verdict::alive, {}, {}});
        answers[0].facts.socket.no_file = true;
        answers[2].facts.socket.no_file = true;
        return answers;
    });
    std::vector<std::uint32_t> stages;
    for (const LiveObject& object : builder.snapshot.objects)
        stages.push_back(object.slot.stages);
    EXPECT_THAT(stages, ElementsAre(0U, UF_STAGE_FD_INSTALLED,
                                    UF_STAGE_RELEASED | UF_STAGE_FD_INSTALLED, 0U));
}

TEST(Revalidate, LooksAgainBeforeItAccusesTheKernel) {
    SnapshotBuilder builder;
    builder.origin({.id = 1}).objects(3, {});
    const auto facts = [](bool orphan) {
        ObjectFacts read{.refcount = 1};
        read.socket.orphan = orphan;
        return read;
    };
    builder.snapshot.objects[0].facts = facts(true);
    builder.snapshot.objects[1].facts = facts(true);
    builder.snapshot.objects[2].facts = facts(false);
    std::vector<std::uint64_t> asked;
    const auto inspect = [&](std::span<const InspectRequest> requests) {
        for (const InspectRequest& request : requests)
            asked.push_back(request.key.address);
        return std::vector<Inspection>{{Verdict::gone, {}, {}}, {Verdict::alive, facts(true), {}}};
    };
    EXPECT_TRUE(any_is_unexplained(builder.snapshot));
    confirm_unexplained(builder.snapshot, inspect);
    EXPECT_THAT(asked, ElementsAre(0x1000, 0x2000));
    ASSERT_THAT(builder.snapshot.objects, SizeIs(2));
    EXPECT_EQ(builder.snapshot.objects[0].slot.address, 0x2000U);
    // Nobody to accuse: nobody is asked.
    builder.snapshot.objects.erase(builder.snapshot.objects.begin());
    EXPECT_FALSE(any_is_unexplained(builder.snapshot));
    confirm_unexplained(builder.snapshot, inspect);
    EXPECT_THAT(asked, SizeIs(2));
}

TEST(Revalidate, NotesWhichSocketsAreInADescriptor) {
    SnapshotBuilder builder;
    builder.origin({.id = 1}).objects(3, {});
    for (LiveObject& object : builder.snapshot.objects)
        object.facts = ObjectFacts{.refcount = 1};
    const auto nobody_asks = [](std::span<const InspectRequest>) {
        ADD_FAILURE();
        return std::vector<Inspection>{};
    };
    note_descriptors(builder.snapshot, nobody_asks);
    EXPECT_EQ(builder.snapshot.objects[0].facts->socket.in_descriptor, std::nullopt);
    builder.snapshot.holders = HolderIndex({{.address = 0x1000, .tgid = 7, .fd = 3}});
    note_descriptors(builder.snapshot, [](std::span<const InspectRequest> requests) {
        EXPECT_THAT(requests, SizeIs(2));
        ObjectFacts closed{.refcount = 1};
        closed.socket.orphan = true;
        return std::vector<Inspection>{{Verdict::alive, {.refcount = 1}, {}},
                                       {Verdict::alive, closed, {}}};
    });
    EXPECT_EQ(builder.snapshot.objects[0].facts->socket.in_descriptor, true);
    EXPECT_EQ(builder.snapshot.objects[1].facts->socket.in_descriptor, false);
    EXPECT_EQ(builder.snapshot.objects[2].facts->socket.in_descriptor, std::nullopt);
    EXPECT_TRUE(builder.snapshot.objects[2].facts->socket.orphan);
}

} // namespace
} // namespace unfreed::test
