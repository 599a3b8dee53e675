// SPDX-License-Identifier: BSD-2-Clause
// Every loss that can be counted reaches the reader: a line at the end of the text, an entry in
// JSON, and the verdict on the whole report.
#include "model/counter.h"
#include "model/counters.h"
#include "report/json.h"
#include "report/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace unfreed::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kCounters = static_cast<int>(Counter::count_);

Report report_with(int counter, std::uint64_t value) {
    Counters counters;
    counters.set(static_cast<Counter>(counter), value);
    Report report;
    report.losses = counters.to_losses();
    report.complete = counters.complete();
    return report;
}

class EveryLoss : public ::testing::TestWithParam<int> {};

TEST_P(EveryLoss, IsASentenceInTheFooter) {
    const Report report = report_with(GetParam(), 12'345);
    const Loss& loss = report.losses[static_cast<std::size_t>(GetParam())];
    // Wide, so that no line is broken.
    const std::string text = to_text(report, {.width = 400, .all = true});
    EXPECT_THAT(text, HasSubstr("12 345 " + loss.meaning));
    EXPECT_GT(loss.meaning.size(), 25u) << "that is no sentence";
    EXPECT_THAT(loss.meaning, Not(::testing::EndsWith(".")));
    const bool grave = loss.severity >= Severity::data_loss;
    EXPECT_THAT(text, HasSubstr(grave                               ? "\nINCOMPLETE:"
                                : loss.severity == Severity::notice ? "\nThe counts are complete; "
                                                                    : "\nComplete:"));
    EXPECT_EQ(report.complete, !grave);
}

TEST_P(EveryLoss, IsInJson) {
    const Report report = report_with(GetParam(), 7);
    const auto json = nlohmann::json::parse(to_json(report));
    ASSERT_EQ(json["losses"].size(), static_cast<std::size_t>(kCounters));
    const auto& loss = json["losses"][static_cast<std::size_t>(GetParam())];
    EXPECT_EQ(loss["count"], 7);
    EXPECT_FALSE(loss["meaning"].get<std::string>().empty());
    EXPECT_EQ(json["complete"], report.complete);
}

INSTANTIATE_TEST_SUITE_P(
    Counters, EveryLoss, ::testing::Range(0, kCounters), [](const auto& tested) {
        return report_with(0, 0).losses[static_cast<std::size_t>(tested.param)].counter;
    });

} // namespace
} // namespace unfreed::testing
