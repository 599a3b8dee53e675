// SPDX-License-Identifier: BSD-2-Clause
#include "recording_check.h"

#include "tool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace unfreed::e2e {
namespace {

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Around the first byte that differs.
std::string difference(const std::string& live, const std::string& again) {
    const auto at = static_cast<std::size_t>(
        std::mismatch(live.begin(), live.end(), again.begin(), again.end()).first - live.begin());
    const std::size_t from = at < 200 ? 0 : at - 200;
    return "\nlive: ..." + live.substr(from, 400) + "\n\nof the recording: ..." +
           again.substr(std::min(from, again.size()), 400);
}

void expect_equal(const std::string& live, const Finished& again, const std::string& what) {
    EXPECT_TRUE(live == again.out) << what << " differs, status " << again.status << "\n"
                                   << again.err << difference(live, again.out);
}

} // namespace

std::shared_ptr<RecordingCheck> RecordingCheck::of(const std::vector<std::string>& command) {
    const char* const asked = std::getenv("UNFREED_CHECK_RECORDINGS");
    return asked != nullptr && std::string(asked) == "1" ? of_any(command) : nullptr;
}

std::shared_ptr<RecordingCheck> RecordingCheck::of_any(const std::vector<std::string>& command) {
    if (command.size() < 2 || command[0] != tool_path() ||
        (command[1] != "trace" && command[1] != "run"))
        return nullptr;
    const auto end = std::find(command.begin(), command.end(), "--");
    const auto has = [&](const char* option) {
        return std::find(command.begin(), end, option) != end;
    };
    if (has("--record") || has("--interval") || has("-o") || has("--output"))
        return nullptr;
    std::shared_ptr<RecordingCheck> check(new RecordingCheck);
    for (auto word = command.begin(); word != end; ++word) {
        if (*word == "--all")
            check->telling_.push_back(*word);
        else if (*word == "--format" && std::next(word) != end)
            check->format_ = *std::next(word);
        else if ((*word == "--top" || *word == "--fail-on" || *word == "--suppressions" ||
                  *word == "--baseline") &&
                 std::next(word) != end)
            check->telling_.insert(check->telling_.end(), {*word, *std::next(word)});
    }
    std::string folder = (std::filesystem::temp_directory_path() / "unfreed-e2e-record-XXXXXX");
    if (::mkdtemp(folder.data()) == nullptr)
        return nullptr;
    check->folder_ = folder;
    check->command_ = command;
    check->command_.insert(check->command_.begin() + 2, {"--record", folder + "/recording", "-o",
                                                         "-", "-o", "text=" + folder + "/text"});
    return check;
}

RecordingCheck::~RecordingCheck() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::vector<std::string> RecordingCheck::again(const std::string& format) const {
    std::vector<std::string> words{tool_path(), "report", folder_ + "/recording", "--format",
                                   format};
    words.insert(words.end(), telling_.begin(), telling_.end());
    // Forms that want every group say so to all of them.
    if (format != "text" && format_ == format)
        words.insert(words.end(), {"-o", "-", "-o", "text=/dev/null"});
    else if (format == "text" && format_ != "text")
        words.insert(words.end(), {"-o", "-", "-o", format_ + "=/dev/null"});
    return words;
}

void RecordingCheck::compare(const Finished& finished) const {
    if (finished.status != 0 && finished.status != 3 && finished.status != 4)
        return; // there was no report
    const Finished same = run(again(format_));
    expect_equal(finished.out, same, format_);
    EXPECT_EQ(same.status, finished.status);
    if (format_ != "text")
        expect_equal(content(folder_ + "/text"), run(again("text")), "text");
}

} // namespace unfreed::e2e
