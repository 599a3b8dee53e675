// SPDX-License-Identifier: BSD-2-Clause
#include "base/box.h"
#include "base/c_ptr.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/read_file.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "base/unique_fd.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <unordered_set>

namespace unfreed::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Result, CarriesAValueOrASentence) {
    const Result<int> value = 7;
    EXPECT_EQ(*value, 7);
    const Result<int> wrong = fail(Errc::limit, "too many");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Errc::limit);
    EXPECT_EQ(wrong.error().os_errno, 0);
    EXPECT_EQ(wrong.error().message, "too many");
}

TEST(Result, KeepsErrnoAndContext) {
    const Result<> wrong = fail_errno(Errc::io, ENOSPC, "cannot write");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().os_errno, ENOSPC);
    EXPECT_THAT(wrong.error().message, AllOf(StartsWith("cannot write: "), HasSubstr("space")));
    const Error outer = Error(wrong.error()).with_context("saving the report");
    EXPECT_THAT(outer.message, StartsWith("saving the report: cannot write: "));
    EXPECT_EQ(outer.os_errno, ENOSPC);
    EXPECT_EQ(outer.code, Errc::io);
}

TEST(StrongId, ComparesAndHashesByValue) {
    struct Tag {};
    using Id = StrongId<Tag, std::uint32_t>;
    EXPECT_EQ(Id{3}, Id{3});
    EXPECT_LT(Id{3}, Id{4});
    EXPECT_EQ(Id{}.value, 0U);
    const std::unordered_set<Id> ids{Id{1}, Id{2}, Id{1}};
    EXPECT_EQ(ids.size(), 2U);
}

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) != -1;
}

TEST(UniqueFd, ClosesOnceAndOnlyWhatItOwns) {
    const int raw = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ASSERT_GE(raw, 0);
    {
        UniqueFd first(raw);
        UniqueFd second(std::move(first));
        EXPECT_FALSE(first); // NOLINT(bugprone-use-after-move): that is what is tested
        EXPECT_EQ(second.get(), raw);
        UniqueFd third;
        third = std::move(second);
        EXPECT_TRUE(is_open(raw));
        EXPECT_EQ(third.get(), raw);
    }
    EXPECT_FALSE(is_open(raw));
}

TEST(UniqueFd, AssigningClosesTheFormer) {
    const int first = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int second = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    UniqueFd fd(first);
    fd = UniqueFd(second);
    EXPECT_FALSE(is_open(first));
    EXPECT_TRUE(is_open(second));
    fd.reset();
    EXPECT_FALSE(fd);
    EXPECT_FALSE(is_open(second));
}

int destroyed = 0;
void destroy(int* value) {
    destroyed += *value;
}

TEST(Box, IsAValueOrNothing) {
    Box<std::string> box;
    EXPECT_FALSE(box);
    box = std::string("one");
    ASSERT_TRUE(box);
    Box<std::string> copy = box;
    *copy += "s";
    EXPECT_EQ(*box, "one");
    EXPECT_EQ(copy->size(), 4U);
    copy = box;
    EXPECT_EQ(*copy, "one");
    const Box<std::string> moved = std::move(copy);
    EXPECT_EQ(*moved, "one");
    copy = Box<std::string>();
    EXPECT_FALSE(copy);
}

TEST(CPtr, CallsItsFunction) {
    int value = 5;
    destroyed = 0;
    {
        const CPtr<int, destroy> owner(&value);
        const CPtr<int, destroy> nothing;
        EXPECT_EQ(destroyed, 0);
    }
    EXPECT_EQ(destroyed, 5);
}

TEST(Log, WritesToStderrUpToItsLevel) {
    const log::Level before = log::level();
    log::set_level(log::Level::info);
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    log::error("a");
    log::warning("b");
    log::info("c");
    log::debug("d");
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "unfreed: error: a\nunfreed: warning: b\nunfreed: c\n");
    EXPECT_EQ(testing::internal::GetCapturedStdout(), ""); // stdout is the report's
    log::set_level(log::Level::error);
    testing::internal::CaptureStderr();
    log::warning("b");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    log::set_level(before);
}

// The command of `run` may be called anything.
TEST(Log, NamesCannotLookLikeALine) {
    testing::internal::CaptureStderr();
    log::error("cannot run x\x1b[31m\nunfreed: error: fake\u202e");
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "unfreed: error: cannot run x\\x1b[31m\\x0aunfreed: error: fake\\xe2\\x80\\xae\n");
}

TEST(ReadFile, ReadsAllOfIt) {
    std::string path = testing::TempDir() + "unfreed-read-XXXXXX";
    const UniqueFd fd(::mkstemp(path.data()));
    ASSERT_TRUE(fd);
    std::string text(100'000, 'x');
    text += '\0';
    text += "end";
    std::ofstream(path) << text;
    const auto read = read_file(path);
    ::unlink(path.c_str());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, text);
}

TEST(ReadFile, FilesWithoutSizeAreReadToo) {
    const auto read = read_file("/proc/self/status");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_THAT(*read, HasSubstr("Pid:"));
}

TEST(ReadFile, SaysWhichFileAndWhy) {
    const auto missing = read_file("/nonexistent/file");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
    EXPECT_EQ(missing.error().os_errno, ENOENT);
    EXPECT_THAT(missing.error().message, HasSubstr("/nonexistent/file"));
    const auto directory = read_file("/");
    ASSERT_FALSE(directory);
    EXPECT_EQ(directory.error().code, Errc::io);
}

TEST(ReadFile, HasACeiling) {
    const auto endless = read_file("/dev/zero", 100'000);
    ASSERT_FALSE(endless);
    EXPECT_EQ(endless.error().code, Errc::limit);
    const std::size_t size = read_file("/proc/self/limits")->size();
    EXPECT_TRUE(read_file("/proc/self/limits", size)) << "that is all of it";
    EXPECT_FALSE(read_file("/proc/self/limits", size - 1));
}

TEST(ReadFile, OrGivesTheLinesBelowIt) {
    const std::string whole = read_file("/proc/self/limits").value();
    const auto all = read_lines("/proc/self/limits", whole.size());
    ASSERT_TRUE(all);
    EXPECT_FALSE(all->is_cut);
    EXPECT_EQ(all->text, whole);
    const auto some = read_lines("/proc/self/limits", whole.size() - 1);
    ASSERT_TRUE(some);
    EXPECT_TRUE(some->is_cut);
    EXPECT_EQ(some->text, whole.substr(0, whole.rfind('\n', whole.size() - 2) + 1));
    const auto no_line = read_lines("/dev/zero", 100'000);
    ASSERT_TRUE(no_line);
    EXPECT_TRUE(no_line->is_cut);
    EXPECT_EQ(no_line->text, "");
}

TEST(Clock, ANamespacesOffsetsAreRead) {
    const auto offsets = parse_clock_offsets("monotonic     1000000         0\n"
                                             "boottime           -5 500000000\n");
    ASSERT_TRUE(offsets);
    EXPECT_EQ(offsets->monotonic_ns, 1'000'000'000'000'000);
    EXPECT_EQ(offsets->boottime_ns, -4'500'000'000);
}

TEST(Clock, OffsetsThatCannotBeReadAreAnError) {
    EXPECT_FALSE(parse_clock_offsets(""));
    EXPECT_FALSE(parse_clock_offsets("monotonic 1 0\n"));
    EXPECT_FALSE(parse_clock_offsets("monotonic x 0\nboottime 0 0\n"));
    EXPECT_FALSE(parse_clock_offsets("monotonic 1\nboottime 0 0\n"));
    EXPECT_FALSE(parse_clock_offsets("monotonic 99999999999999 0\nboottime 0 0\n"));
    EXPECT_FALSE(parse_clock_offsets("monotonic 1 1000000000\nboottime 0 0\n"));
}

} // namespace
} // namespace unfreed::test
