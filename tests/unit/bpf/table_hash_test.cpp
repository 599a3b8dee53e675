// SPDX-License-Identifier: BSD-2-Clause
// Where objects lie in the table: those of one page near one another, and evenly all the same.
#include "abi/table_hash.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>
#include <unordered_set>
#include <vector>

namespace {

constexpr std::uint32_t kSets = 1U << 17;
constexpr std::uint32_t kMask = kSets - 1;
constexpr std::uint64_t kDirectMap = 0xffff888000000000ULL;
constexpr std::uint32_t kSetsOfATablePage = 4096 / 256;

struct Filled {
    std::uint64_t placed = 0;
    std::uint64_t elsewhere = 0; // not in their first set
    double full_at = 1;          // share of the slots when one found no room
};

// Random pages full of objects of one size, until an object finds no room or the share is reached.
Filled fill(std::uint64_t size, double share) {
    std::mt19937_64 random(size);
    std::vector<unsigned> used(kSets);
    std::unordered_set<std::uint64_t> pages;
    Filled filled;
    const auto slots = static_cast<double>(kSets) * UF_WAYS;
    while (static_cast<double>(filled.placed) < share * slots) {
        const std::uint64_t page = kDirectMap + (random() % (1U << 22)) * 4096;
        if (!pages.insert(page).second)
            continue;
        for (std::uint64_t at = 0; at + size <= 4096; at += size) {
            const std::uint64_t address = page + at;
            std::uint32_t set = uf_table_home(address, kMask);
            for (std::uint32_t n = 0; used[set] == UF_WAYS && n < UF_OTHER_SETS; ++n)
                set = uf_table_other_set(address, n, kMask);
            if (used[set] == UF_WAYS) {
                filled.full_at = static_cast<double>(filled.placed) / slots;
                return filled;
            }
            ++used[set];
            ++filled.placed;
            filled.elsewhere += set != uf_table_home(address, kMask);
        }
    }
    return filled;
}

} // namespace

TEST(TableHash, ObjectsOfAPageAreInOnePageOfTheTable) {
    for (std::uint64_t page = kDirectMap; page < kDirectMap + 100 * 4096; page += 4096) {
        std::set<std::uint32_t> table_pages;
        std::set<std::uint32_t> sets;
        for (std::uint64_t at = 0; at < 4096; at += 256) {
            sets.insert(uf_table_home(page + at, kMask));
            table_pages.insert(uf_table_home(page + at, kMask) / kSetsOfATablePage);
        }
        EXPECT_EQ(table_pages.size(), 1U);
        EXPECT_EQ(sets.size(), 16U);
    }
}

TEST(TableHash, EverySizeFillsTheTableEvenly) {
    for (const unsigned size :
         {8U, 16U, 32U, 64U, 96U, 128U, 192U, 256U, 512U, 1024U, 2048U, 4096U}) {
        const Filled half = fill(size, 0.44);
        EXPECT_EQ(half.full_at, 1) << size;
        // By chance 0.7 % do.
        EXPECT_LT(static_cast<double>(half.elsewhere) / static_cast<double>(half.placed), 0.015)
            << size;
        EXPECT_GT(fill(size, 0.8).full_at, 0.65) << size;
    }
}

TEST(TableHash, OtherSetsAreNeverTheFirst) {
    for (std::uint64_t address = kDirectMap; address < kDirectMap + 64 * 4096; address += 8)
        for (std::uint32_t n = 0; n < UF_OTHER_SETS; ++n) {
            ASSERT_NE(uf_table_other_set(address, n, kMask), uf_table_home(address, kMask));
            ASSERT_NE(uf_table_other_set(address, n, 1), uf_table_home(address, 1));
        }
}
