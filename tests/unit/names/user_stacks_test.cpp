// SPDX-License-Identifier: BSD-2-Clause
// A namer that is started in the middle of a trace meets processes whose numbers are used again.
#include "base/clock.h"
#include "names/namer.h"
#include "names/user_stacks.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace unfreed::names {
namespace {

constexpr std::uint64_t kStartNs = 123'456'789'012;
constexpr std::uint64_t kCode = 0x401000;

// One process, which lives or not.
class OneProcess : public ProcessFiles {
  public:
    Result<ProcessMaps> maps(std::uint32_t tgid) override {
        ++reads;
        if (!started)
            return fail(Errc::not_found, "it has ended");
        return ProcessMaps::of_reading("00401000-00402000 r-xp 00001000 08:01 77 /bin/heir\n",
                                       {tgid, *started, 1, true, false});
    }
    std::optional<std::uint64_t> started;
    unsigned reads = 0;
};

class UserStacksTest : public testing::Test {
  protected:
    StackAnswer resolve(const Program& program, bool is_over = false) {
        return stacks_.resolve({program, is_over, {kCode + 5}, std::nullopt, {}});
    }

    std::shared_ptr<OneProcess> files_ = std::make_shared<OneProcess>();
    UserStacks stacks_{files_};
    const Program program_{4711, {kStartNs, 3}};
};

TEST_F(UserStacksTest, AProcessIsReadWhenItIsAskedFor) {
    files_->started = start_in_ticks(kStartNs);
    const StackAnswer answer = resolve(program_);
    EXPECT_TRUE(answer.is_known);
    EXPECT_EQ(answer.walked, 1u);
    EXPECT_EQ(answer.key, "/bin/heir+1005 ");
}

TEST_F(UserStacksTest, AnotherProcessOfTheNumberGivesNoNames) {
    files_->started = start_in_ticks(kStartNs) + 1;
    const StackAnswer answer = resolve(program_);
    EXPECT_EQ(files_->reads, 1u);
    EXPECT_FALSE(answer.is_known);
    EXPECT_EQ(answer.key.find("heir"), std::string::npos) << answer.key;
    const NameAnswer named = stacks_.symbolize({program_, false, {kCode + 5}});
    EXPECT_FALSE(named.is_known);
    ASSERT_EQ(named.frames.size(), 1u);
    EXPECT_EQ(named.frames[0].module, "");
}

TEST_F(UserStacksTest, AProgramThatIsOverIsNotReadAnew) {
    files_->started = start_in_ticks(kStartNs);
    EXPECT_FALSE(resolve(program_, true).is_known);
    EXPECT_FALSE(stacks_.symbolize({program_, true, {kCode + 5}}).is_known);
    EXPECT_EQ(files_->reads, 0u);
}

// The namer that answered before was lost in between.
TEST_F(UserStacksTest, NamesAreFoundWithoutHavingResolvedBefore) {
    files_->started = start_in_ticks(kStartNs);
    const NameAnswer named = stacks_.symbolize({program_, false, {kCode + 5}});
    EXPECT_TRUE(named.is_known);
    ASSERT_EQ(named.frames.size(), 1u);
    EXPECT_EQ(named.frames[0].module, "/bin/heir");
}

// Former namers were lost with this file: its functions have no names, and that is said.
TEST(OpenedFilesTest, WhatIsAvoidedIsCounted) {
    OpenedFiles files(-1, Progress::make());
    files.avoid({{9, 77}, 0});
    EXPECT_EQ(files.refusals().avoided, 0u) << "nobody asked for it";
    Mapping mapping;
    mapping.device = 9;
    mapping.inode = 77;
    EXPECT_FALSE(files.open(ProcessMaps::parse(""), mapping));
    EXPECT_FALSE(files.open(ProcessMaps::parse(""), mapping));
    EXPECT_EQ(files.refusals().avoided, 1u);
}

} // namespace
} // namespace unfreed::names
