// SPDX-License-Identifier: BSD-2-Clause
#include "target/runs.h"

#include "base/clock.h"
#include "base/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace unfreed {
namespace {

using trace::TraceLoop;

// How long what one run set free may keep the next one waiting.
constexpr auto kPatience = std::chrono::seconds(3);
// After the last one: work queues may be late, and nothing follows that would give them time.
constexpr auto kLastQuiet = std::chrono::seconds(1);
constexpr auto kLastPatience = std::chrono::seconds(10);
// A birth is told at most a tick too early (docs/architecture.md), and nothing is born while a run
// waits to be let go.
constexpr std::uint64_t kTickNs = 20'000'000;

} // namespace

Result<Runs> Runs::prepare(const Options& options, bool stdout_to_stderr,
                           const trace::FormerSignals& signals,
                           const DescriptorLimit& descriptors) {
    Runs runs;
    runs.facts_.asked = options.repeat;
    runs.facts_.warmup = options.warmup;
    const std::size_t count = std::max(options.repeat, 1u) + options.warmup;
    runs.children_.reserve(count);
    while (runs.children_.size() < count) {
        auto child = Child::prepare(options.program, stdout_to_stderr, signals);
        if (!child)
            return fail(child.error());
        descriptors.restore_for(child->pid());
        runs.children_.push_back(std::move(*child));
    }
    return runs;
}

// A process that was forked later has the ends of the pipes on which those before it wait: only the
// last one notices that nobody lets it go.
Runs::~Runs() {
    while (!children_.empty())
        children_.pop_back();
}

Result<> Runs::begin(const AddTarget& add_target) {
    Child& next = children_[begun_];
    if (auto added = add_target(next.pid()); !added)
        return added;
    if (is_repeated())
        facts_.starts_ns.push_back(monotonic_ns() - kTickNs);
    if (auto released = next.release(); !released)
        return released;
    ++begun_;
    return {};
}

void Runs::note_end(int wait_status, bool by_itself) {
    // What a signal of ours ended says nothing of the repeats.
    if (is_repeated() && !by_itself)
        return;
    if (!status_ || *status_ == 0)
        status_ = wait_status;
    if (!is_repeated())
        return;
    ++facts_.ended;
    facts_.failed += wait_status != 0;
}

Result<TraceLoop::Outcome> Runs::follow(TraceLoop& loop, TraceLoop::Limits limits,
                                        const trace::Signals& signals,
                                        const std::function<bool()>& report,
                                        const AddTarget& add_target) {
    limits.since_ns = monotonic_ns();
    for (;;) {
        limits.child = children_[begun_ - 1].pid();
        auto outcome = loop.run(limits, signals, report);
        if (!outcome || outcome->end != TraceLoop::End::child_ended)
            return outcome;
        note_end(outcome->child_status.value_or(0), !loop.asked_to_end());
        if (!have_next() || loop.asked_to_end())
            return outcome;
        if (auto settled = loop.settle(kPatience); !settled)
            return fail(settled.error());
        // The loop does that once a second, which a short command never reaches.
        if (auto swept = loop.sweep(); !swept)
            return fail(swept.error());
        if (auto begun = begin(add_target); !begun)
            return fail(begun.error());
    }
}

Result<> Runs::ripen(TraceLoop& loop, const trace::Signals& signals,
                     std::chrono::nanoseconds min_age) const {
    if (facts_.counted() == 0 || loop.asked_to_end())
        return {};
    if (auto settled = loop.settle(kLastPatience, kLastQuiet); !settled)
        return fail(settled.error());
    if (!loop.has_unripe())
        return {};
    log::info(fmt::format("what living processes hold, and closed sockets, are judged from an age "
                          "of {} s on (--min-age): the report comes then",
                          std::chrono::duration<double>(min_age).count()));
    TraceLoop::Limits limits;
    limits.duration = min_age;
    auto waited = loop.run(limits, signals, [] { return true; });
    return waited ? Result<>() : fail(waited.error());
}

} // namespace unfreed
