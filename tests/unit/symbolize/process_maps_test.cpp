// SPDX-License-Identifier: BSD-2-Clause
// Any process can have as many mappings, of files with as long names, as it likes.
#include "symbolize/process_maps.h"
#include "within_limits.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace unfreed::testing {
namespace {

std::string line(std::uint64_t number, std::string_view permissions, std::string_view path) {
    const std::uint64_t start = 0x10000 + number * 0x2000;
    return fmt::format("{:x}-{:x} {} 00000000 fe:01 {}    {}\n", start, start + 0x1000, permissions,
                       number + 1, path);
}

TEST(ProcessMapsCeiling, EqualPathsAreKeptOnce) {
    EXPECT_TRUE(within_limits([] {
        const std::string path = "/" + std::string(3800, 'x');
        std::string text;
        for (std::uint64_t i = 0; i < ProcessMaps::kMostMappings; ++i)
            text += line(i, "r--p", path);
        const ProcessMaps maps = ProcessMaps::parse(text);
        return maps.mappings().size() == ProcessMaps::kMostMappings &&
               maps.dropped_mappings() == 0 && maps.mappings().back().path == path &&
               maps.bytes() < 1 << 20;
    }));
}

TEST(ProcessMapsCeiling, CodeIsKeptAndDataIsNot) {
    EXPECT_TRUE(within_limits([] {
        std::string text;
        for (std::uint64_t i = 0; i < 65'000; ++i)
            text += line(i, "r--p", "/data");
        text += line(65'000, "r-xp", "/code");
        const ProcessMaps maps = ProcessMaps::parse(text);
        const Mapping* code = maps.find(0x10000 + 65'000 * 0x2000);
        return code != nullptr && code->path == "/code" && code->executable &&
               maps.mappings().size() == ProcessMaps::kMostMappings &&
               maps.dropped_mappings() == 65'001 - ProcessMaps::kMostMappings &&
               maps.bytes() < 1 << 20;
    }));
}

TEST(ProcessMapsCeiling, SoManyPathsAreNotKeptAsAWhole) {
    EXPECT_TRUE(within_limits([] {
        std::string text;
        for (std::uint64_t i = 0; i < 4000; ++i)
            text += line(i, "r-xp", fmt::format("/{:0>3000}", i));
        const ProcessMaps maps = ProcessMaps::parse(text);
        const Mapping& cut = maps.mappings().back();
        return maps.mappings().size() == 4000 && maps.bytes() < 2 << 20 && cut.path_is_cut &&
               cut.path == "/" + std::string(59, '0') + "..." &&
               !maps.mappings().front().path_is_cut &&
               // A file of the cut name would be another.
               maps.candidates(cut).empty() && !maps.candidates(maps.mappings().front()).empty();
    }));
}

TEST(ProcessMapsCeiling, TextIsReadUpToACertainLength) {
    std::string root = ::testing::TempDir() + "/unfreed_maps_XXXXXX";
    ASSERT_NE(mkdtemp(root.data()), nullptr);
    std::filesystem::create_directories(root + "/42");
    {
        std::ofstream file(root + "/42/maps");
        for (std::uint64_t i = 0; file.tellp() < 40 << 20; ++i)
            file << line(i, "r-xp", "/" + std::string(3800, 'x'));
    }
    EXPECT_TRUE(within_limits([&] {
        const auto maps = ProcessMaps::read(42, root);
        return maps && maps->is_cut() && maps->skipped_lines() == 0 &&
               maps->mappings().size() > 4000 && maps->bytes() < 1 << 20;
    }));
    std::filesystem::remove_all(root);
}

TEST(ProcessMapsCeiling, FilesThatWereUnloadedDoNotAddUp) {
    EXPECT_TRUE(within_limits([] {
        ProcessMaps maps;
        for (std::uint64_t round = 0; round < 100; ++round) {
            std::string text;
            for (std::uint64_t i = 0; i < 100; ++i)
                text += line(round * 100 + i, "r-xp", fmt::format("/{:0>1000}", round * 100 + i));
            ProcessMaps now = ProcessMaps::parse(text);
            now.keep_files_of(maps);
            maps = std::move(now);
        }
        return maps.mappings().size() == ProcessMaps::kMostMappings && maps.bytes() < 2 << 20 &&
               maps.dropped_mappings() != 0;
    }));
}

TEST(ProcessMapsCeiling, MovedItKeepsItsPaths) {
    ProcessMaps from = ProcessMaps::parse(line(0, "r-xp", "/usr/bin/x"));
    const ProcessMaps to = std::move(from);
    EXPECT_EQ(to.mappings().at(0).path, "/usr/bin/x");
    EXPECT_EQ(to.mappings().at(0).device, 0xfe01u);
}

} // namespace
} // namespace unfreed::testing
