// SPDX-License-Identifier: BSD-2-Clause
#include "report/text_balance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t kMiB = 1 << 20;

MemoryChange change_of(std::int64_t free_mib, std::int64_t slab_mib, std::int64_t lost_mib) {
    MemoryChange change;
    change.start.total_bytes = change.end.total_bytes = 1024 * kMiB;
    change.start.parts = {{"free", 500 * kMiB}, {"slab", 100 * kMiB}, {"percpu", kMiB}};
    change.end.parts = {
        {"free", static_cast<std::uint64_t>(500 + free_mib) * kMiB},
        {"slab", static_cast<std::uint64_t>(100 + slab_mib) * kMiB},
        {"percpu", kMiB + 4096},
    };
    change.start.unaccounted_bytes = 20 << 20;
    change.end.unaccounted_bytes = (20 + lost_mib) * static_cast<std::int64_t>(kMiB);
    return change;
}

std::string balance_of(const MemoryChange& change) {
    Page page(300, false);
    write_balance(page, change);
    return page.take();
}

TEST(Balance, SaysWhatChangedMostFirst) {
    EXPECT_EQ(balance_of(change_of(-30, 5, 0)),
              "Memory of 1.0 GiB: free -30 MiB, slab +5.0 MiB; unaccounted 20 MiB (+0 B).\n");
    EXPECT_THAT(balance_of(change_of(0, 0, 0)), HasSubstr("no part changed by a MiB"));
}

TEST(Balance, PagesThatNoSlabExplainsHaveASentence) {
    EXPECT_THAT(balance_of(change_of(-76, 0, 76)),
                HasSubstr("Free memory: -76 MiB, slab: +0 B: 76 MiB of pages went to kernel code "
                          "that took them for itself (alloc_pages)"));
    EXPECT_THAT(balance_of(change_of(-76, 70, 6)), Not(HasSubstr("alloc_pages")));
}

TEST(Balance, TriageNamesWhatToLookAtAndWhatToRun) {
    Triage triage;
    triage.duration_ns = 5'000'000'000;
    triage.memory = change_of(-30, 30, 0);
    triage.caches = {{"kmalloc-64\x1b[2J", 1000, 30 << 20, 90 << 20}};
    triage.counts = {{"sockets", 100, 250, false},
                     {"TCP memory", 4096, 8192, true},
                     {"cgroups, removed and dying", std::nullopt, std::nullopt, false}};
    triage.descriptors = {{12, "server", 1000, 1024}};
    triage.findings = {"the slab cache kmalloc-64 grew", "server[12] has 1000"};
    triage.next = {"trace", "--duration", "60s"};
    const std::string text = triage_to_text(triage, 80, false);
    EXPECT_THAT(text, HasSubstr("Look first: the slab cache kmalloc-64 grew\n"));
    EXPECT_THAT(text, HasSubstr("and: server[12] has 1000\n"));
    EXPECT_THAT(text, HasSubstr("unaccounted"));
    EXPECT_THAT(text, HasSubstr("of 1 024"));
    EXPECT_THAT(text, Not(HasSubstr("dying"))); // not known here
    EXPECT_THAT(text, HasSubstr("\nNext: unfreed trace --duration 60s\n"));
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    triage.findings.clear();
    EXPECT_THAT(triage_to_text(triage, 80, false),
                HasSubstr("Nothing of the kernel's memory grows, as far as 5 s can tell."));
}

} // namespace
} // namespace unfreed::testing
