// SPDX-License-Identifier: BSD-2-Clause
#include "report/address_policy.h"
#include "report/json.h"
#include "report/text.h"
#include "sample_report.h"
#include "schema_validator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const KeyedHash kHash({1, 2});

Report report_with_addresses() {
    Report report = sample_report();
    report.groups.resize(1);
    Group& group = report.groups[0];
    group.objects = {{0xffff888012345678, 5, {}, {}, {}}, {0xffff888012345680, 4, {}, {}, {}}};
    Frame unnamed;
    unnamed.address = 0xffffffffc0de1234;
    group.kernel_stack = {unnamed};
    group.given_up_by = GivenUp{1, "x", "process", {unnamed}};
    SocketGroup sockets;
    sockets.count = 1;
    sockets.sockets.resize(1);
    sockets.sockets[0].address = 0xffff888012345678;
    report.pre_attach_sockets = report.hidden_sockets = SocketSection{1, 0, {sockets}, 0};
    return report;
}

bool has_kernel_address(const std::string& text) {
    return text.find("ffff888") != std::string::npos || text.find("c0de1234") != std::string::npos;
}

TEST(Addresses, HashedOnesAreToldApartAndFindTheirOwnAgain) {
    Report report = report_with_addresses();
    ASSERT_TRUE(has_kernel_address(to_json(report)));
    ASSERT_TRUE(has_kernel_address(to_text(report)));
    hide_addresses(report, &kHash);
    EXPECT_FALSE(has_kernel_address(to_json(report))) << to_json(report);
    EXPECT_FALSE(has_kernel_address(to_text(report))) << to_text(report);
    const auto& objects = report.groups[0].objects;
    EXPECT_NE(objects[0].address, objects[1].address);
    EXPECT_EQ(objects[0].address, report.hidden_sockets->groups[0].sockets[0].address);
    EXPECT_EQ(objects[0].address, report.pre_attach_sockets->groups[0].sockets[0].address);
    EXPECT_THAT(to_text(report, {.width = 120, .color = false}), HasSubstr(" (hash), age "));
    EXPECT_THAT(to_json(report), HasSubstr(R"("kernel_addresses": "hashed")"));
}

TEST(Addresses, WithoutAKeyTheyAreLeftOut) {
    Report report = report_with_addresses();
    hide_addresses(report, nullptr);
    EXPECT_FALSE(has_kernel_address(to_json(report)));
    EXPECT_FALSE(has_kernel_address(to_text(report)));
    EXPECT_EQ(report.groups[0].objects[0].address, 0u);
    EXPECT_THAT(to_json(report), HasSubstr(R"("kernel_addresses": "left-out")"));
}

TEST(Addresses, OfProgramsStay) {
    Report report = report_with_addresses();
    report.groups[0].user_stack.resize(1);
    report.groups[0].user_stack[0].address = 0x7f0012345678;
    hide_addresses(report, &kHash);
    EXPECT_EQ(report.groups[0].user_stack[0].address, 0x7f0012345678u);
}

TEST(Addresses, UnknownStaysUnknown) {
    Report report = report_with_addresses();
    report.groups[0].objects[0].address = 0;
    hide_addresses(report, &kHash);
    EXPECT_EQ(report.groups[0].objects[0].address, 0u);
}

} // namespace
} // namespace unfreed::testing
