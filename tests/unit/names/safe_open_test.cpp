// SPDX-License-Identifier: BSD-2-Clause
#include "names/safe_open.h"
#include "symbolize/process_maps.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace unfreed::names {
namespace {

// Of this process: no privilege is needed.
class SafeOpenTest : public testing::Test {
  protected:
    void SetUp() override {
        answer_ = opener_.maps(static_cast<std::uint32_t>(::getpid()));
        ASSERT_EQ(answer_.status, OpenStatus::ok);
        std::string name = testing::TempDir() + "safe_open_XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        // As the kernel would write it.
        char* real = ::realpath(name.c_str(), nullptr);
        directory_ = real;
        std::free(real);
    }
    void TearDown() override { ::system(("rm -rf " + directory_).c_str()); }

    // As if `path` were mapped by this process.
    FileQuestion question_of(const std::string& path) {
        struct stat info {};
        EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
        FileQuestion question;
        question.pid = static_cast<std::uint32_t>(::getpid());
        question.started = answer_.started;
        question.has_our_names = true;
        question.start = 0x1000;
        question.end = 0x2000;
        question.device = info.st_dev;
        question.inode = info.st_ino;
        question.path = path;
        return question;
    }
    std::string copy_of_this(const std::string& name) {
        std::ifstream in("/proc/self/exe", std::ios::binary);
        std::ofstream(directory_ + name, std::ios::binary) << in.rdbuf();
        return directory_ + name;
    }

    SafeOpener opener_;
    MapsAnswer answer_;
    std::string directory_;
};

TEST_F(SafeOpenTest, TheMapsAreThoseOfTheProcess) {
    const auto address = reinterpret_cast<std::uint64_t>(&::getpid);
    const ProcessMaps maps = ProcessMaps::of_reading(answer_.text, {});
    ASSERT_NE(maps.find(address), nullptr);
    EXPECT_TRUE(answer_.has_our_names);
    EXPECT_FALSE(answer_.is_cut);
    EXPECT_NE(opener_.maps(0x7fffffff).status, OpenStatus::ok);
}

TEST_F(SafeOpenTest, ARegularElfFileIsOpenedForReading) {
    const FileAnswer answer = opener_.file(question_of(copy_of_this("/program")));
    ASSERT_EQ(answer.status, OpenStatus::ok);
    EXPECT_EQ(::fcntl(answer.fd.get(), F_GETFL) & O_ACCMODE, O_RDONLY);
}

TEST_F(SafeOpenTest, AnotherFileIsNot) {
    FileQuestion question = question_of(copy_of_this("/program"));
    ++question.inode;
    EXPECT_EQ(opener_.file(question).status, OpenStatus::other);
    question = question_of(directory_ + "/program");
    question.path = directory_ + "/../" + directory_.substr(directory_.rfind('/') + 1) + "/program";
    EXPECT_NE(opener_.file(question).status, OpenStatus::ok) << "the kernel writes no ..";
}

TEST_F(SafeOpenTest, LinksAreNotFollowed) {
    const std::string link = directory_ + "/link";
    ASSERT_EQ(::symlink(copy_of_this("/program").c_str(), link.c_str()), 0);
    EXPECT_NE(opener_.file(question_of(link)).status, OpenStatus::ok);
}

TEST_F(SafeOpenTest, WhatIsNoElfFileIsNot) {
    std::ofstream(directory_ + "/archive") << "\x1f\x8b and so on";
    EXPECT_EQ(opener_.file(question_of(directory_ + "/archive")).status, OpenStatus::other);
}

// To open a device can do harm, and to open a FIFO lets its writer through.
TEST_F(SafeOpenTest, DevicesAndFifosAreNeverOpened) {
    EXPECT_NE(opener_.file(question_of("/dev/zero")).status, OpenStatus::ok);
    const std::string fifo = directory_ + "/fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_EQ(opener_.file(question_of(fifo)).status, OpenStatus::other);
    EXPECT_EQ(::open(fifo.c_str(), O_WRONLY | O_NONBLOCK), -1) << "there has been no reader";
}

// A path of a container means another file here.
TEST_F(SafeOpenTest, APathOfAProcessThatIsGoneIsOursOnlyIfItSawWhatWeSee) {
    FileQuestion question = question_of(copy_of_this("/program"));
    ++question.started; // its number is another one's now
    EXPECT_EQ(opener_.file(question).status, OpenStatus::ok);
    question.has_our_names = false;
    EXPECT_EQ(opener_.file(question).status, OpenStatus::gone);
}

TEST_F(SafeOpenTest, WhatIsNotKnownToBeLocalIsNotTouched) {
    FileQuestion question = question_of("/proc/self/status");
    EXPECT_EQ(opener_.file(question).status, OpenStatus::not_local);
    question = question_of(copy_of_this("/program"));
    question.device = 0xfffff;
    EXPECT_EQ(opener_.file(question).status, OpenStatus::not_local);
}

} // namespace
} // namespace unfreed::names
