// SPDX-License-Identifier: BSD-2-Clause
// Goes through the corpora of all fuzz targets: what was found once is not to come back.
#include "fuzz.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace unfreed::fuzz {
namespace {

namespace fs = std::filesystem;

std::map<std::string, Target>& targets() {
    static std::map<std::string, Target> all;
    return all;
}

std::vector<std::uint8_t> content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(Corpus, OfEachTargetIsGoneThrough) {
    const fs::path corpus(UNFREED_CORPUS);
    std::size_t folders = 0;
    for (const auto& [name, target] : targets()) {
        ASSERT_TRUE(fs::is_directory(corpus / name)) << name << " has no corpus";
        std::size_t inputs = 0;
        for (const auto& entry : fs::directory_iterator(corpus / name)) {
            SCOPED_TRACE(entry.path().string());
            const auto whole = content(entry.path());
            target(whole);
            // What is cut is the first thing to come from outside.
            for (std::size_t part = 1; part < 8; ++part)
                target(Input(whole).first(whole.size() * part / 8));
            ++inputs;
        }
        EXPECT_GE(inputs, 1u) << name;
        target({});
    }
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(corpus))
        ++folders;
    EXPECT_EQ(folders, targets().size()) << "a corpus without a target";
}

} // namespace

Listed::Listed(const char* name, Target target) {
    targets().emplace(name, target);
}

} // namespace unfreed::fuzz
