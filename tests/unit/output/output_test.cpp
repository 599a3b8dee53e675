// SPDX-License-Identifier: BSD-2-Clause
#include "output/output.h"

#include <dirent.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace unfreed::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr uid_t kNobody = 65534;

class OutputTest : public testing::Test {
  protected:
    OutputTest() {
        const char* base = std::getenv("TMPDIR");
        dir_ = std::string(base != nullptr ? base : "/tmp") + "/unfreed-output-XXXXXX";
        if (::mkdtemp(dir_.data()) == nullptr)
            throw std::runtime_error("mkdtemp " + dir_);
    }
    ~OutputTest() override {
        std::error_code ignored;
        fs::remove_all(dir_, ignored);
        fs::remove_all(dir_ + "-moved", ignored);
    }

    std::string at(const std::string& name) const { return dir_ + "/" + name; }
    static std::string content(const std::string& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void make(const std::string& name, const std::string& text) const {
        std::ofstream(at(name)) << text;
    }
    static mode_t mode(const std::string& path) {
        struct stat status {};
        return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(dir_))
            found.push_back(entry.path().filename());
        return found;
    }
    static Output opened(const std::string& path) {
        auto output = Output::open(path);
        EXPECT_TRUE(output) << output.error().message;
        return output ? std::move(*output) : Output();
    }
    static std::string refusal(const std::string& path) {
        auto output = Output::open(path);
        return output ? "not refused" : output.error().message;
    }

    std::string dir_;
};

TEST_F(OutputTest, ANewFileIsForItsOwnerOnlyAndAppearsWhole) {
    Output output = opened(at("report"));
    EXPECT_THAT(names(), IsEmpty());
    ASSERT_TRUE(output.write("first"));
    EXPECT_EQ(content(at("report")), "first");
    EXPECT_EQ(mode(at("report")), 0600u);
    ASSERT_TRUE(output.write("second"));
    EXPECT_EQ(content(at("report")), "second");
    EXPECT_THAT(names(), ElementsAre("report"));
}

TEST_F(OutputTest, AnExistingFileKeepsItsMode) {
    make("report", "old");
    ASSERT_EQ(::chmod(at("report").c_str(), 0640), 0);
    Output output = opened(at("report"));
    ASSERT_TRUE(output.write("new"));
    EXPECT_EQ(mode(at("report")), 0640u);
    // Between two reports somebody lets others read.
    ASSERT_EQ(::chmod(at("report").c_str(), 0644), 0);
    ASSERT_TRUE(output.write("newer"));
    EXPECT_EQ(mode(at("report")), 0644u);
    EXPECT_EQ(content(at("report")), "newer");
}

TEST_F(OutputTest, AFilePutThereMeanwhileDoesNotDecideWhoMayRead) {
    Output output = opened(at("report"));
    make("report", "planted");
    ASSERT_EQ(::chmod(at("report").c_str(), 0666), 0);
    ASSERT_TRUE(output.write("new"));
    EXPECT_EQ(mode(at("report")), 0600u);
    EXPECT_EQ(content(at("report")), "new");
}

TEST_F(OutputTest, ALinkIsKeptAndItsTargetReplaced) {
    fs::create_directory(at("there"));
    make("there/target", "old");
    fs::create_symlink("there/target", at("link"));
    Output output = opened(at("link"));
    ASSERT_TRUE(output.write("new"));
    EXPECT_TRUE(fs::is_symlink(at("link")));
    EXPECT_EQ(content(at("there/target")), "new");
}

TEST_F(OutputTest, ALinkToNothingMakesItsTarget) {
    fs::create_symlink(at("target"), at("link"));
    Output output = opened(at("link"));
    ASSERT_TRUE(output.write("new"));
    EXPECT_TRUE(fs::is_symlink(at("link")));
    EXPECT_FALSE(fs::is_symlink(at("target")));
    EXPECT_EQ(content(at("target")), "new");
}

TEST_F(OutputTest, LinksWithoutEndAreAnError) {
    fs::create_symlink("two", at("one"));
    fs::create_symlink("one", at("two"));
    EXPECT_THAT(refusal(at("one")), HasSubstr("symbolic links"));
}

TEST_F(OutputTest, ALinkPlantedAfterTheStartIsReplacedNotFollowed) {
    make("victim", "precious");
    Output output = opened(at("report"));
    fs::create_symlink(at("victim"), at("report"));
    ASSERT_TRUE(output.write("new"));
    EXPECT_EQ(content(at("victim")), "precious");
    EXPECT_FALSE(fs::is_symlink(at("report")));
    EXPECT_EQ(content(at("report")), "new");
}

TEST_F(OutputTest, AFifoPlantedAfterTheStartDoesNotHoldIt) {
    Output output = opened(at("report"));
    ASSERT_EQ(::mkfifo(at("report").c_str(), 0666), 0);
    ASSERT_TRUE(output.write("new"));
    EXPECT_TRUE(fs::is_regular_file(at("report")));
}

TEST_F(OutputTest, LinksAndFilesOfOthersAreNotTrusted) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can make files of somebody else";
    make("victim", "precious");
    fs::create_directory(at("shared"));
    ASSERT_EQ(::chmod(at("shared").c_str(), 01777), 0);
    fs::create_symlink(at("victim"), at("shared/link"));
    ASSERT_EQ(::lchown(at("shared/link").c_str(), kNobody, kNobody), 0);
    EXPECT_THAT(refusal(at("shared/link")), HasSubstr("belongs to somebody else (user 65534)"));
    make("shared/file", "open to nobody");
    ASSERT_EQ(::chown(at("shared/file").c_str(), kNobody, kNobody), 0);
    EXPECT_THAT(refusal(at("shared/file")), HasSubstr("belongs to somebody else"));
    ASSERT_EQ(::mkfifo(at("shared/fifo").c_str(), 0666), 0);
    ASSERT_EQ(::chown(at("shared/fifo").c_str(), kNobody, kNobody), 0);
    EXPECT_THAT(refusal(at("shared/fifo")), HasSubstr("belongs to somebody else"));
    // A directory on the way that is a link of theirs leads anywhere, too.
    fs::create_symlink(dir_, at("shared/way"));
    ASSERT_EQ(::lchown(at("shared/way").c_str(), kNobody, kNobody), 0);
    EXPECT_THAT(refusal(at("shared/way/report")), HasSubstr("somebody else"));
    EXPECT_EQ(content(at("victim")), "precious");
}

TEST_F(OutputTest, AnExistingFileKeepsItsOwner) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can make files of somebody else";
    make("report", "old");
    ASSERT_EQ(::chown(at("report").c_str(), kNobody, kNobody), 0);
    ASSERT_EQ(::chmod(at("report").c_str(), 0600), 0);
    Output output = opened(at("report"));
    ASSERT_TRUE(output.write("new"));
    struct stat status {};
    ASSERT_EQ(::stat(at("report").c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, kNobody);
    EXPECT_EQ(status.st_gid, kNobody);
    EXPECT_EQ(mode(at("report")), 0600u);
}

TEST_F(OutputTest, OpenDescriptorsAreWrittenWhereTheyStand) {
    const UniqueFd file(
        ::open(at("file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)); // as "> file" makes it
    ASSERT_TRUE(file);
    ASSERT_EQ(::write(file.get(), "before ", 7), 7);
    const std::string number = std::to_string(file.get());
    fs::create_symlink("/proc/self/fd/" + number, at("like-dev-stdout"));
    for (const std::string& path :
         {"/proc/self/fd/" + number, "/dev/fd/" + number, "/proc/thread-self/fd/" + number,
          "/proc/" + std::to_string(::getpid()) + "/fd/" + number, at("like-dev-stdout")}) {
        Output output = opened(path);
        EXPECT_TRUE(output.write("report ")) << path;
    }
    EXPECT_EQ(content(at("file")), "before report report report report report ");
    EXPECT_TRUE(fs::is_symlink(at("like-dev-stdout")));
}

TEST_F(OutputTest, ADescriptorThatIsNotOpenIsRefused) {
    EXPECT_THAT(refusal("/dev/fd/777"), HasSubstr("/dev/fd/777"));
    const UniqueFd reading(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_THAT(refusal("/dev/fd/" + std::to_string(reading.get())), HasSubstr("it is closed"));
    // The numbers that the walk itself uses are not the caller's.
    EXPECT_THAT(refusal("/dev/fd/" + std::to_string(reading.get() + 1)), HasSubstr("/dev/fd/"));
}

TEST_F(OutputTest, AFileOfAnotherProcessIsNotReachedThroughProc) {
    EXPECT_THAT(refusal("/proc/self/exe"), HasSubstr("name the file itself"));
}

TEST_F(OutputTest, DirectoriesAndMissingOnesAreRefused) {
    EXPECT_THAT(refusal(dir_), HasSubstr("it is a directory"));
    EXPECT_THAT(refusal(dir_ + "/"), HasSubstr("it is a directory"));
    EXPECT_THAT(refusal(at(".")), HasSubstr("it is a directory"));
    EXPECT_THAT(refusal("/"), HasSubstr("it is a directory"));
    EXPECT_THAT(refusal(at("no/such")), HasSubstr("No such file"));
    make("file", "");
    EXPECT_THAT(refusal(at("file/report")), HasSubstr("Not a directory"));
    EXPECT_THAT(refusal("/proc/report"), HasSubstr("cannot write the report to /proc/report"));
}

TEST_F(OutputTest, DevicesAndFifosAreWrittenThrough) {
    Output null = opened("/dev/null");
    EXPECT_TRUE(null.write("text"));
    Output full = opened("/dev/full");
    const auto written = full.write("text");
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("No space left"));
    EXPECT_EQ(full.keep(), "");

    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    std::string got;
    std::thread reader([&] { got = content(at("fifo")); });
    {
        Output fifo = opened(at("fifo")); // waits for the reader
        EXPECT_TRUE(fifo.write(std::string(300'000, 'x')));
    }
    reader.join();
    EXPECT_EQ(got.size(), 300'000u);
}

TEST_F(OutputTest, AReaderThatGoesIsAnError) {
    std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    Output output = opened("/dev/fd/" + std::to_string(ends[1]));
    ::close(ends[0]);
    const auto written = output.write("text");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().os_errno, EPIPE);
    ::close(ends[1]);
}

TEST_F(OutputTest, APipeThatDoesNotBlockIsWaitedFor) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    Output output = opened("/dev/fd/" + std::to_string(ends[1]));
    std::size_t got = 0;
    std::thread reader([&] {
        std::vector<char> buffer(65536);
        while (got < 1'000'000) {
            const ssize_t length = ::read(ends[0], buffer.data(), buffer.size());
            if (length > 0)
                got += static_cast<std::size_t>(length);
            else
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    EXPECT_TRUE(output.write(std::string(1'000'000, 'x')));
    reader.join();
    EXPECT_EQ(got, 1'000'000u);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_F(OutputTest, AMovedDirectoryStillGetsTheReport) {
    Output output = opened(at("report"));
    fs::rename(dir_, dir_ + "-moved");
    testing::internal::CaptureStderr();
    ASSERT_TRUE(output.write("new"));
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr(dir_ + "-moved/report"));
    EXPECT_EQ(content(dir_ + "-moved/report"), "new");
}

TEST_F(OutputTest, ARemovedDirectoryIsAnErrorToRescueFrom) {
    Output output = opened(at("report"));
    fs::remove_all(dir_);
    const auto written = output.write("new");
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("cannot put the report at"));
    EXPECT_EQ(output.keep(), "");
}

TEST_F(OutputTest, AReportThatCannotBePutInPlaceCanBeKept) {
    {
        Output output = opened(at("report"));
        fs::create_directory(at("report"));
        make("report/inside", "");
        ASSERT_FALSE(output.write("whole"));
        const std::string kept = output.keep();
        ASSERT_NE(kept, "");
        EXPECT_EQ(content(kept), "whole");
        EXPECT_EQ(mode(kept), 0600u);
        EXPECT_EQ(names().size(), 2u);
        fs::remove(kept);
        ASSERT_FALSE(output.write("again"));
    }
    EXPECT_THAT(names(), ElementsAre("report")); // what nobody kept is gone
}

TEST_F(OutputTest, TheOldReportStaysWhenTheNewOneHasNoRoom) {
    make("report", "old");
    Output output = opened(at("report"));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit small = before;
    small.rlim_cur = 1000;
    std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto written = output.write(std::string(2000, 'x'));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("File too large"));
    EXPECT_EQ(output.keep(), "");
    EXPECT_EQ(content(at("report")), "old");
    ASSERT_TRUE(output.write("new"));
    EXPECT_EQ(content(at("report")), "new");
    EXPECT_THAT(names(), ElementsAre("report"));
}

TEST_F(OutputTest, WhatAKilledRunLeftHindersNobody) {
    make(".unfreed-0123456789abcdef", "left behind");
    Output output = opened(at("report"));
    ASSERT_TRUE(output.write("new"));
    EXPECT_THAT(names(), UnorderedElementsAre(".unfreed-0123456789abcdef", "report"));
}

} // namespace
} // namespace unfreed::test
