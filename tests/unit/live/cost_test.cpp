// SPDX-License-Identifier: BSD-2-Clause
// 20 000 groups: what the view itself takes stays far below one part in twenty of a core.
#include "base/clock.h"
#include "fake_canvas.h"
#include "live/view.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace unfreed::testing {
namespace {

using live::Key;
using live::View;

constexpr std::size_t kGroups = 20'000;
constexpr std::size_t kFrames = 24;
// What is instrumented for sanitizers and fuzzers takes up to ten times as long.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNFREED_INSTRUMENTED
#endif
#endif
#if defined(UNFREED_INSTRUMENTED) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t kSlower = 10;
#else
constexpr std::uint64_t kSlower = 1;
#endif

// One drawing a second may take 50 ms; half of that is for a slow machine.
constexpr std::uint64_t kDrawing = 25'000'000 * kSlower;
// New rows come twenty times the CPU time later that a report took; a key is to be answered before
// somebody wonders.
constexpr std::uint64_t kArranging = 300'000'000 * kSlower;

Report make_large_report() {
    Report report;
    report.trace.duration_ns = 60'000'000'000;
    report.trace.history_ns.assign(128, 0);
    for (std::size_t i = 0; i < kGroups; ++i) {
        Group group;
        group.id = fmt::format("{:012x}", i * 7919);
        group.cache = fmt::format("cache-{}", i % 211);
        group.count = i * 31 % 10'007;
        group.bytes = group.count * 64;
        group.growth_per_s = static_cast<double>(i * 17 % 1009);
        group.facts.bytes_per_hour = static_cast<double>(i * 13 % 100'003) * 100;
        group.history.assign(128, group.count);
        group.processes = {{static_cast<std::uint32_t>(i), fmt::format("prog{}", i % 997), "/bin/x",
                            "/", "", true, 1}};
        for (std::size_t f = 0; f < kFrames; ++f) {
            Frame frame;
            frame.function = fmt::format("function_{}_{}", i % 499, f);
            frame.module = "vmlinux";
            group.kernel_stack.push_back(std::move(frame));
        }
        report.groups.push_back(std::move(group));
    }
    return report;
}

const Report& large_report() {
    static const Report report = make_large_report();
    return report;
}

template <class Work>
std::uint64_t cpu_of(const Work& work) {
    const std::uint64_t before = thread_cpu_ns();
    work();
    return thread_cpu_ns() - before;
}

class LiveCost : public ::testing::Test {
  protected:
    void press(char c) { view_.press({Key::Kind::character, static_cast<char32_t>(c)}); }
    void draw() {
        FakeCanvas canvas(60, 200);
        view_.draw(canvas, {});
    }

    View view_;
};

TEST_F(LiveCost, ADrawingTakesWhatItsLinesTakeWhateverTheNumberOfGroups) {
    view_.show(large_report());
    std::uint64_t least = UINT64_MAX;
    for (int i = 0; i < 5; ++i)
        least = std::min(least, cpu_of([&] { draw(); }));
    RecordProperty("drawing_us", static_cast<int>(least / 1000));
    EXPECT_LT(least, kDrawing);
}

TEST_F(LiveCost, AReportIsTakenAndSortedByAnything) {
    Report report = large_report();
    EXPECT_LT(cpu_of([&] { view_.show(std::move(report)); }), kArranging);
    for (int i = 0; i < 8; ++i) {
        const std::uint64_t used = cpu_of([&] { press('s'); });
        RecordProperty(fmt::format("sort_{}_us", i), static_cast<int>(used / 1000));
        EXPECT_LT(used, kArranging) << i;
    }
}

TEST_F(LiveCost, EachKeyOfAFilterIsAnswered) {
    view_.show(large_report());
    press('/');
    for (const char c : std::string("function_7_3 prog")) {
        const std::uint64_t used = cpu_of([&] { press(c); });
        RecordProperty("key_us", static_cast<int>(used / 1000));
        EXPECT_LT(used, kArranging) << c;
    }
}

} // namespace
} // namespace unfreed::testing
