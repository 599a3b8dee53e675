// SPDX-License-Identifier: BSD-2-Clause
// The whole path of a report, from a kernel that answers to the text.
#include "judgement/judge.h"
#include "judgement/write_up.h"
#include "look/look.h"
#include "report/address_policy.h"
#include "report/writer.h"
#include "support/fake_kernel_symbols.h"
#include "support/fake_process_reader.h"
#include "support/fake_witness.h"
#include "survey/addresses.h"
#include "survey/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace unfreed::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::uint64_t kStart = 100 * kSecond;
constexpr std::uint64_t kFunction = 0xffffffff81000000;

class Look : public ::testing::Test {
  protected:
    Look() : tracker_(TrackerOptions{}, processes_) {
        witness_.table.taken_at_ns = kStart + 60 * kSecond;
        symbols_.add(kFunction, "leaky_function");
        processes_.running[100] = {"leaker", "/bin/leaker", "/cg", {}, 1};
        known_.trace.started_ns = kStart;
        known_.trace.min_age_ns = 10 * kSecond;
        known_.trace.classes = {ObjectClass::socket};
        known_.sight.visible_stages = UF_STAGE_MASK;
        surroundings_.comms[100] = "leaker";
        sockets_.load(witness_, surroundings_);
        tracker_.apply(origin_event(
            {.time_ns = kStart, .kernel_stack = {kFunction + 0x10}, .user_stack = {0x401000}}));
        witness_.table.origins[OriginId{1}] = {};
    }

    SocketFacts& socket(std::uint64_t address) {
        witness_.table.objects.push_back(
            table_object({.address = address, .birth_ns = kStart + kSecond}));
        ++witness_.table.origins[OriginId{1}].births;
        SocketFacts& facts = witness_.add(address).facts.socket;
        facts.family = AF_INET;
        facts.type = SOCK_STREAM;
        facts.protocol = IPPROTO_TCP;
        facts.state = SocketState::established;
        facts.inode = address;
        witness_.holders.push_back({.address = address, .tgid = 100, .fd = 3});
        return facts;
    }

    look::Sources sources() {
        return {witness_, tracker_, symbols_, surroundings_, names_, &sockets_};
    }

    Survey take() {
        auto survey = look::look(sources(), known_);
        EXPECT_TRUE(survey) << survey.error().message;
        return survey ? std::move(*survey) : Survey{};
    }

    static Report report_of(const Survey& survey) {
        Report report = write_up(survey, judge(survey, {}));
        show_addresses(report, survey.addresses);
        return report;
    }

    static std::string told(const Report& report, const char* writer) {
        Sheet sheet;
        sheet.all = true;
        return find_writer(writer)->write(report, sheet);
    }

    FakeWitness witness_;
    FakeSurroundings surroundings_;
    FakeNames names_;
    FakeProcessReader processes_;
    unfreed::testing::FakeKernelSymbols symbols_;
    LifetimeTracker tracker_;
    look::SocketReport sockets_;
    look::Known known_;
};

TEST_F(Look, FromAKernelToText) {
    for (std::uint64_t i = 1; i <= 3; ++i)
        socket(i * 0x1000);
    Survey survey = take();
    EXPECT_EQ(surroundings_.waits, 0); // nobody is accused
    look::close_up(survey, judge(survey, {}), sources());
    const std::string text = told(report_of(survey), "text");
    EXPECT_THAT(text, HasSubstr("leaky_function"));
    EXPECT_THAT(text, HasSubstr("leak_it"));
    EXPECT_THAT(text, HasSubstr("3 TCP sockets"));
    EXPECT_THAT(text, HasSubstr("leaker[100]"));
}

TEST_F(Look, WhatDiedMeanwhileIsNotReported) {
    socket(0x1000);
    socket(0x2000);
    witness_.objects.erase(0x1000);
    EXPECT_THAT(take().snapshot.objects, SizeIs(1));
}

// What accuses the kernel is waited for once, whatever it is, and all descriptors are walked once.
TEST_F(Look, DoubtsWaitOnceAndWalkOnce) {
    const auto close = [](SocketFacts& facts) {
        facts.orphan = true;
        facts.no_file = true;
        facts.inode = 0;
        facts.state = SocketState::close;
    };
    close(socket(0x1000)); // ends while it is waited for
    close(socket(0x2000)); // stays
    socket(0x3000);
    witness_.holders = {{.address = 0x3000, .tgid = 100, .fd = 3}};
    surroundings_.while_waiting = [&] { witness_.objects.erase(0x1000); };
    const Survey survey = take();
    EXPECT_EQ(surroundings_.waits, 1);
    EXPECT_EQ(std::count(witness_.asked.begin(), witness_.asked.end(), "holders"), 1);
    EXPECT_THAT(witness_.asked, Not(Contains("list"))); // another walk
    EXPECT_THAT(survey.snapshot.objects, SizeIs(2));
    const Report report = report_of(survey);
    ASSERT_THAT(report.groups, Not(::testing::IsEmpty()));
    EXPECT_EQ(report.groups[0].kind, "closed-unexplained");
    EXPECT_EQ(report.groups[0].count, 1U);
}

// Closed between the look at it and the one at the descriptors.
TEST_F(Look, FactsThatContradictTheDescriptorsAreReadAgain) {
    socket(0x1000);
    witness_.holders.clear();
    const Survey survey = take();
    ASSERT_THAT(survey.snapshot.objects, SizeIs(1));
    EXPECT_EQ(survey.snapshot.objects[0].facts->socket.in_descriptor, false);
    EXPECT_EQ(std::count(witness_.asked.begin(), witness_.asked.end(), "inspect 1"), 3);
}

// With nothing but what it holds itself.
TEST_F(Look, ARecordingTellsTheSame) {
    for (std::uint64_t i = 1; i <= 3; ++i)
        socket(i * 0x1000);
    Survey survey = take();
    look::close_up(survey, judge(survey, {}), sources());
    const Report live = report_of(survey);
    auto file = encode_recording(survey);
    ASSERT_TRUE(file);
    auto again = decode_recording(*file);
    ASSERT_TRUE(again) << again.error().message;
    for (const char* writer : {"text", "json", "folded", "openmetrics"})
        EXPECT_EQ(told(report_of(*again), writer), told(live, writer)) << writer;
}

// The same without a single address of the kernel in it.
TEST_F(Look, ARecordingHidesAddresses) {
    for (std::uint64_t i = 1; i <= 3; ++i)
        socket(0xffff888000000000 + i * 0x1000);
    Survey survey = take();
    look::close_up(survey, judge(survey, {}), sources());
    Report live = report_of(survey);
    std::set<std::uint64_t> named;
    for_each_address(live, [&](std::uint64_t& address) { named.insert(address); });
    ASSERT_THAT(named, SizeIs(4));
    const auto shown = [](std::uint64_t address) { return address % 0x10007 + 1; };
    for_each_address(live, [&](std::uint64_t& address) { address = shown(address); });
    live.trace.kernel_addresses = "hashed";
    number_addresses(survey, named, shown, "hashed");
    const std::string bytes = encode_survey(survey);
    auto again = decode_survey(bytes);
    ASSERT_TRUE(again);
    for (const char* writer : {"text", "json", "openmetrics"})
        EXPECT_EQ(told(report_of(*again), writer), told(live, writer)) << writer;
    for (const LiveObject& object : again->snapshot.objects)
        EXPECT_LT(object.slot.address, 100U);
    for (const auto& [id, origin] : again->snapshot.origins)
        EXPECT_LT(origin.kernel_stack.at(0), 100U);
    for (const KernelNames::Function& function : again->kernel.functions)
        EXPECT_LT(function.start, 100U);
}

} // namespace
} // namespace unfreed::test
