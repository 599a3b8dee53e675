// SPDX-License-Identifier: BSD-2-Clause
// Guards against reconcile becoming slow by an order of magnitude; tests/bench measures.
#include "base/clock.h"
#include "support/event_builder.h"
#include "support/fake_process_reader.h"
#include "track/lifetime_tracker.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

namespace unfreed::test {
namespace {

// CPU time: what else the machine does is not in it.
template <class Work>
double milliseconds(Work&& work) {
    const std::uint64_t start = thread_cpu_ns();
    work();
    return static_cast<double>(thread_cpu_ns() - start) / 1e6;
}

// Sanitizers make it ten times slower, and it is not them that this is about.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

// What a plain way to keep as many addresses takes here and now. A bound in milliseconds is one for
// the machine that it was found on: a loaded one has less of its caches, and failed it.
double reference_ms(const TableSnapshot& now) {
    return milliseconds([&] {
        std::set<std::uint64_t> addresses;
        for (const auto& object : now.objects)
            addresses.insert(object.address);
        EXPECT_FALSE(addresses.empty());
    });
}

TEST(ReconcileSpeed, AMillionObjects) {
    constexpr std::size_t kObjects = 1'000'000;
    constexpr double kBound = 1; // of the reference, of which it takes a third
    TableSnapshot now;
    now.taken_at_ns = 10 * kSecond;
    std::uint64_t random = 1;
    for (std::size_t i = 0; i < kObjects; ++i) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        now.objects.push_back(table_object({.address = 0xffff888000000000 + (random >> 30) * 64}));
    }

    const double bound = reference_ms(now) * kBound;
    FakeProcessReader reader;
    LifetimeTracker tracker{{}, reader};
    const double first = milliseconds([&] { tracker.reconcile(now); });
    now.taken_at_ns += kSecond;
    const double steady = milliseconds([&] { tracker.reconcile(now); });
    for (std::size_t i = 0; i < now.objects.size(); i += 2)
        now.objects[i].birth_ns += kSecond;
    now.taken_at_ns += kSecond;
    const double churn = milliseconds([&] { tracker.reconcile(now); });
    std::size_t alive = 0;
    const double report = milliseconds([&] { alive = tracker.snapshot(now).objects.size(); });
    now.objects.clear();
    now.taken_at_ns += kSecond;
    const double empty = milliseconds([&] { tracker.reconcile(now); });

    fmt::print("1 million objects: first {:.0f} ms, unchanged {:.0f} ms, half replaced {:.0f} ms, "
               "all gone {:.0f} ms, snapshot {:.0f} ms; bound {:.0f} ms\n",
               first, steady, churn, empty, report, bound);
    EXPECT_GT(alive, kObjects * 9 / 10);
    if (kSanitized)
        return; // the times are printed, not judged
    EXPECT_LT(first, bound);
    EXPECT_LT(steady, bound);
    EXPECT_LT(churn, bound);
    EXPECT_LT(empty, bound);
}

} // namespace
} // namespace unfreed::test
