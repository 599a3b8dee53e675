// SPDX-License-Identifier: BSD-2-Clause
#include "model/counter.h"
#include "support/snapshot_builder.h"
#include "survey/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::HasSubstr;

// Something in every part, with values that are not what a new one has.
Survey sample() {
    Survey survey;
    survey.tool = {"9.9", "build"};
    survey.trace.mode = TraceMode::pid;
    survey.trace.started_ns = kSecond;
    survey.trace.command_status = 0;
    survey.trace.repeats = {.asked = 5, .warmup = 1, .starts_ns = {1, 2}, .ended = 2, .failed = 1};
    survey.trace.classes = {ObjectClass::dentry, ObjectClass::slab};
    survey.sight.sees_bulk_frees = false;
    survey.hooks.push_back({"slab", "birth", "f", "raw_tp", "", EventsLost{3, true}});
    survey.totals.births = 5;
    survey.counters.set(Counter::SYMBOLS_HIDDEN, 1);
    survey.books.now.slabs = SlabInfo{{{"dentry", 1, 2, 192, 21}}};
    survey.books.now.memory = MemoryBalance{100, {{"free", 7}}, -3};
    survey.books.reclaim_accounted = {"dentry", "buffer_head"};
    survey.kernel.functions = {{"f", "vmlinux", 0x100}};
    survey.kernel.at = {{0x10f, 0, 0xf}, {0x110, 0, 0x10}};
    survey.user_keys[OriginId{1}] = "/bin/leaker+1";
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = 9}).origin({.id = 1}, {.births = 2});
    builder.objects(2, {.object_class = ObjectClass::dentry});
    builder.stage_time(1, 2 * kSecond);
    survey.snapshot = builder.snapshot;
    survey.snapshot.objects[0].facts = ObjectFacts{.refcount = -1};
    survey.snapshot.objects[0].facts->dentry.holders = 0;
    survey.snapshot.origins[OriginId{1}].syscall = 0;
    survey.snapshot.deaths.cell_ns = 7;
    survey.snapshot.deaths.older[{"x", by_program("y")}] = {1, 2, 3};
    survey.snapshot.history.times_ns = {1, 2};
    survey.snapshot.history.outstanding[OriginId{1}] = {3, 4};
    survey.snapshot.holders = HolderIndex({{.address = 1, .tgid = 2, .fd = 3}});
    survey.sockets.emplace().hidden = {5, 6};
    Frame frame;
    frame.function = "g";
    frame.line = 0;
    survey.closeups.user_frames[{Program{1, {}}, {0x1}}] = {frame};
    survey.closeups.objects[{1, 2}] = {true, {{"path", "/x"}}, {"n", "/", "ext4", 3}};
    return survey;
}

std::string file_of(const Survey& survey) {
    auto file = encode_recording(survey);
    EXPECT_TRUE(file);
    return file.value_or("");
}

TEST(Recording, HoldsAllOfASurvey) {
    const Survey survey = sample();
    auto again = decode_recording(file_of(survey));
    ASSERT_TRUE(again) << again.error().message;
    // What is the same is written the same, but for the order of hash tables: each has one entry.
    EXPECT_EQ(encode_survey(*again), encode_survey(survey));
    EXPECT_FALSE(again->snapshot.processes.at(100).alive);
    EXPECT_EQ(again->snapshot.origins.at(OriginId{1}).syscall, 0);
    EXPECT_EQ(again->trace.command_status, 0);
    EXPECT_EQ(again->trace.repeats.asked, 5U);
    EXPECT_EQ(again->trace.repeats.warmup, 1U);
    EXPECT_EQ(again->trace.repeats.starts_ns.size(), 2U);
    EXPECT_EQ(again->trace.repeats.counted(), 1U);
    EXPECT_EQ(again->trace.repeats.failed, 1U);
    EXPECT_FALSE(again->sight.sees_bulk_frees);
    EXPECT_EQ(again->snapshot.objects[0].facts->refcount, -1);
    EXPECT_EQ(again->snapshot.objects[0].facts->dentry.holders, 0U);
    EXPECT_FALSE(again->snapshot.objects[1].facts);
    EXPECT_EQ(again->snapshot.objects[1].stage_times_ns.at(1), 2 * kSecond);
    EXPECT_EQ(again->counters.get(Counter::SYMBOLS_HIDDEN), 1U);
    EXPECT_TRUE(again->snapshot.holders.known());
    EXPECT_EQ(again->snapshot.deaths.older.at({"x", by_program("y")}).size(), 3U);
}

TEST(Recording, NothingIsKnownOfHoldersWhereNothingWas) {
    Survey survey = sample();
    survey.snapshot.holders = {};
    EXPECT_FALSE(decode_recording(file_of(survey))->snapshot.holders.known());
}

TEST(Recording, ThatIsCutAnywhereIsRefused) {
    const std::string file = file_of(sample());
    for (std::size_t bytes = 0; bytes < file.size(); ++bytes) {
        const auto read = decode_recording(std::string_view(file).substr(0, bytes));
        ASSERT_FALSE(read) << bytes;
        EXPECT_NE(read.error().message, "");
    }
    EXPECT_THAT(decode_recording(file.substr(0, file.size() - 1)).error().message,
                HasSubstr("cut short"));
    EXPECT_THAT(decode_recording("#!/bin/sh").error().message, HasSubstr("no recording"));
    EXPECT_FALSE(decode_recording(file + "x"));
}

TEST(Recording, WithAnyByteFlippedIsRefused) {
    const std::string file = file_of(sample());
    for (std::size_t at = 0; at < file.size(); ++at)
        for (const int flip : {0x01, 0x80, 0xff}) {
            std::string damaged = file;
            damaged[at] = static_cast<char>(damaged[at] ^ flip);
            ASSERT_FALSE(decode_recording(damaged)) << at;
        }
}

// The checksum holds for what somebody made on purpose, too.
TEST(Recording, WithAnyByteOfItsContentFlippedDoesNoHarm) {
    const std::string bytes = encode_survey(sample());
    for (std::size_t at = 0; at < bytes.size(); ++at)
        for (const int flip : {0x01, 0x80, 0xff}) {
            std::string damaged = bytes;
            damaged[at] = static_cast<char>(damaged[at] ^ flip);
            const auto read = decode_survey(damaged);
            EXPECT_TRUE(read || !read.error().message.empty());
        }
    for (std::size_t size = 0; size < bytes.size(); ++size)
        (void)decode_survey(std::string_view(bytes).substr(0, size));
}

TEST(Recording, WhatJudgingReliesOnIsChecked) {
    const auto refused = [](auto change) {
        Survey survey = sample();
        change(survey);
        const auto read = decode_recording(file_of(survey));
        return !read && read.error().message.find("contradicts itself") != std::string::npos;
    };
    EXPECT_FALSE(refused([](Survey&) {}));
    EXPECT_TRUE(refused([](Survey& survey) { survey.snapshot.one_in = 0; }));
    EXPECT_TRUE(refused([](Survey& survey) { survey.snapshot.deaths.cell_ns = 0; }));
    EXPECT_TRUE(refused([](Survey& survey) { survey.snapshot.dentry_names.places.clear(); }));
    EXPECT_TRUE(
        refused([](Survey& survey) { survey.snapshot.objects[0].facts->dentry.pattern = 1; }));
    EXPECT_TRUE(refused([](Survey& survey) { survey.trace.started_ns = UINT64_MAX; }));
    EXPECT_TRUE(refused([](Survey& survey) { survey.snapshot.other_sockets.emplace_back(); }));
    EXPECT_TRUE(refused([](Survey& survey) { survey.trace.repeats.ended = 3; }));
    EXPECT_TRUE(refused([](Survey& survey) { survey.trace.repeats.failed = 3; }));
    EXPECT_TRUE(refused([](Survey& survey) { survey.trace.repeats.starts_ns = {2, 1}; }));
    EXPECT_TRUE(refused([](Survey& survey) { survey.trace.repeats.asked = 0; }));
    EXPECT_TRUE(
        refused([](Survey& survey) { survey.trace.repeats.starts_ns.assign(kMostRuns + 1, 1); }));
    EXPECT_TRUE(refused([](Survey& survey) {
        survey.snapshot.deaths.by_origin[OriginId{1}] = {{200, 3, 1}};
    }));
}

} // namespace
} // namespace unfreed::test
