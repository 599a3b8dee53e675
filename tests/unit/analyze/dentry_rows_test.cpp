// SPDX-License-Identifier: BSD-2-Clause
#include "abi/inspect_dentry.h"
#include "analyze/dentry_places.h"
#include "analyze/dentry_rows.h"
#include "analyze/leak_analyzer.h"
#include "analyze/revalidate.h"
#include "support/analyze_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Verdict = Inspection::Verdict;

LiveObject dentry(const ObjectFacts& facts) {
    LiveObject object;
    object.slot.object_class = ObjectClass::dentry;
    object.facts = facts;
    return object;
}

std::string_view kind_name(const ObjectFacts& facts) {
    const LiveObject object = dentry(facts);
    return row_of(dentry_kind({object, 0, 0, false})).name;
}

TEST(DentryKind, AReferenceThatNothingExplainsIsAnOpenFile) {
    EXPECT_EQ(kind_name({.refcount = 1}), "open");
    EXPECT_EQ(kind_name({.refcount = 0}), "unused");
    EXPECT_EQ(kind_name({.refcount = 0, .dentry = {.negative = true}}), "negative");
    EXPECT_EQ(kind_name({.refcount = 1, .dentry = {.negative = true}}), "open");
}

TEST(DentryKind, ADirectoryThatItsEntriesHoldIsCache) {
    EXPECT_EQ(kind_name({.refcount = 7, .dentry = {.children = 7}}), "unused");
    EXPECT_EQ(kind_name({.refcount = 8, .dentry = {.children = 7}}), "open");
    EXPECT_EQ(kind_name({.refcount = 1'000'000, .dentry = {.children = UF_CHILDREN_MAX}}),
              "unused");
    EXPECT_EQ(kind_name({.refcount = 3, .dentry = {.sb_root = true, .children = 2}}), "unused");
}

TEST(DentryKind, AFileInMemoryIsKeptByItsFileSystem) {
    EXPECT_EQ(kind_name({.refcount = 1, .dentry = {.kept_by_fs = true}}), "kept-by-fs");
    EXPECT_EQ(kind_name({.refcount = 2, .dentry = {.kept_by_fs = true}}), "open");
}

// Without a look at who holds what, nothing is called a leak.
TEST(DentryKind, PinnedIsWhatNobodyIsSeenToHold) {
    EXPECT_EQ(kind_name({.refcount = 1, .dentry = {.holders = 1}}), "open");
    EXPECT_EQ(kind_name({.refcount = 2, .dentry = {.holders = 1}}), "pinned");
    EXPECT_EQ(kind_name({.refcount = 1, .dentry = {.holders = 0}}), "pinned");
    EXPECT_EQ(kind_name({.refcount = 0, .dentry = {.holders = 0}}), "unused");
    EXPECT_EQ(kind_name({.refcount = 2, .dentry = {.children = 2, .holders = 0}}), "unused");
}

// Dentries of one origin, each with a name and a directory, read as from a kernel.
struct NamedDentries {
    SnapshotBuilder builder;
    std::vector<DentryLocation> locations;

    NamedDentries() {
        builder.process({});
        builder.origin({.object_class = ObjectClass::dentry, .cache_name = "dentry"});
    }
    void add(const std::string& directory, const std::string& name) {
        locations.push_back({name, directory, "ext4", 8 << 20});
        builder.objects(1, {.object_class = ObjectClass::dentry});
    }
    AnalyzedGroups analyze(bool negative) {
        std::map<std::uint64_t, std::size_t> index; // by address
        for (std::size_t i = 0; i < builder.snapshot.objects.size(); ++i)
            index[builder.snapshot.objects[i].slot.address] = i;
        const auto inspect = [&](std::span<const InspectRequest> requests) {
            std::vector<Inspection> answers;
            for (const InspectRequest& request : requests) {
                const DentryLocation& location = locations[index.at(request.key.address)];
                Inspection answer{Verdict::alive, {.dentry = {.negative = negative}}, {}, location};
                answer.facts.dentry.parent = std::hash<std::string>{}(location.directory);
                answers.push_back(answer);
            }
            return answers;
        };
        revalidate(builder.snapshot, inspect);
        locate_dentries(builder.snapshot, inspect);
        return unfreed::analyze(builder.snapshot, host());
    }
};

TEST(DentryRows, NamesOfOnePatternAreOneRow) {
    NamedDentries names;
    for (int i = 0; i < 200; ++i)
        names.add("/db", "." + std::to_string(i * 7) + "_dOeSnotExist_.db");
    const AnalyzedGroups found = names.analyze(true);
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].kind, "negative-flood");
    EXPECT_EQ(found.groups[0].count, 200U);
    EXPECT_EQ(found.groups[0].pattern, ".<N>_dOeSnotExist_.db");
    EXPECT_EQ(found.groups[0].directory, "/db");
    EXPECT_TRUE(found.groups[0].one_directory);
    EXPECT_EQ(found.groups[0].reclaimable, true);
    EXPECT_NE(found.groups[0].advice.find("NSS_SDB_USE_CACHE"), std::string::npos);
    EXPECT_EQ(names.builder.snapshot.dentry_names.patterns.size(), 2U);
    EXPECT_EQ(names.builder.snapshot.dentry_names.places.size(), 2U);
}

TEST(DentryRows, DirectoriesOfOnePatternAreOneRow) {
    NamedDentries names;
    for (int i = 0; i < 150; ++i)
        names.add("/srv/v2/d" + std::to_string(i), "missing");
    const AnalyzedGroups found = names.analyze(true);
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].kind, "negative-flood");
    EXPECT_EQ(found.groups[0].directory, "/srv/v2/d<N>");
    EXPECT_EQ(found.groups[0].pattern, "missing");
    EXPECT_FALSE(found.groups[0].one_directory);
}

// As a compiler looks for its headers.
TEST(DentryRows, ManyNamesInManyDirectoriesAreNoFlood) {
    NamedDentries names;
    for (char a = 'a'; a <= 'z'; ++a)
        for (char b = 'a'; b <= 'j'; ++b)
            names.add(std::string("/inc/") + b, std::string(1, a) + "x");
    const AnalyzedGroups found = names.analyze(true);
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].kind, "negative");
    EXPECT_EQ(found.groups[0].count, 260U);
    EXPECT_EQ(found.groups[0].directory, "/inc/**");
}

TEST(DentryRows, TheRestOfATreeIsOneRow) {
    NamedDentries names;
    for (int i = 0; i < 120; ++i)
        names.add("/home/a/photos", "img" + std::to_string(i) + ".jpg");
    for (char c = 'a'; c <= 'f'; ++c)
        names.add(std::string("/home/a/") + c, std::string("note") + c);
    const AnalyzedGroups found = names.analyze(false);
    ASSERT_THAT(found.groups, SizeIs(2));
    EXPECT_EQ(found.groups[0].kind, "unused-growth");
    EXPECT_EQ(found.groups[0].count, 120U);
    EXPECT_EQ(found.groups[0].pattern, "img<N>.jpg");
    EXPECT_EQ(found.groups[1].kind, "unused");
    EXPECT_EQ(found.groups[1].count, 6U);
    EXPECT_EQ(found.groups[1].directory, "/home/a/**");
    EXPECT_EQ(found.groups[1].pattern, "note*");
}

TEST(DentryRows, WhatIsHeldIsNoCache) {
    NamedDentries names;
    names.add("/a", "x");
    const AnalyzedGroups cached = names.analyze(false);
    EXPECT_EQ(cached.groups.at(0).kind, "unused");
    LiveObject& object = names.builder.snapshot.objects.at(0);
    object.facts->refcount = 1;
    object.facts->dentry.holders = 0;
    const AnalyzedGroups pinned = analyze(names.builder.snapshot, host());
    EXPECT_EQ(pinned.groups.at(0).kind, "pinned");
    EXPECT_EQ(pinned.groups.at(0).verdict, unfreed::Verdict::pinned);
    EXPECT_EQ(pinned.groups.at(0).missing_stage, "unreferenced");
    EXPECT_EQ(pinned.groups.at(0).reclaimable, false);
}

TEST(DentryPlaces, AChildThatDiesMeanwhileIsNotTheLastOneAsked) {
    NamedDentries names;
    names.add("/a", "first");
    names.add("/a", "second");
    Snapshot& snapshot = names.builder.snapshot;
    for (LiveObject& object : snapshot.objects)
        object.facts = ObjectFacts{.dentry = {.parent = 7}};
    std::size_t asked = 0;
    locate_dentries(snapshot, [&](std::span<const InspectRequest> requests) {
        std::vector<Inspection> answers(requests.size());
        for (Inspection& answer : answers)
            if (++asked > 1)
                answer = {Verdict::alive, {}, {}, {"x", "/a", "ext4", 1}};
        return answers;
    });
    EXPECT_EQ(asked, 2U);
    EXPECT_EQ(snapshot.objects[0].facts->dentry.place, snapshot.objects[1].facts->dentry.place);
    EXPECT_NE(snapshot.objects[0].facts->dentry.place, 0U);
}

TEST(DentryPlaces, PatternsAreNotMoreThanALimit) {
    DentryNames names;
    PatternNumbers numbers(names);
    EXPECT_EQ(numbers.of(""), 0U);
    EXPECT_EQ(numbers.of("a1"), numbers.of("a2"));
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < PatternNumbers::kMost + 1000; ++i) {
        std::string word; // letters only: a pattern of its own
        for (std::size_t n = i + 1; n != 0; n /= 16)
            word += static_cast<char>('g' + n % 16);
        last = numbers.of(word);
    }
    EXPECT_LE(names.patterns.size(), PatternNumbers::kMost + 1);
    EXPECT_EQ(names.patterns[last], "*");
    EXPECT_EQ(names.patterns[numbers.of("a7")], "a<N>"); // known ones stay
}

} // namespace
} // namespace unfreed::test
