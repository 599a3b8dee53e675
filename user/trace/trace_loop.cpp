// SPDX-License-Identifier: BSD-2-Clause
#include "trace/trace_loop.h"

#include "base/clock.h"
#include "bpf/grace_period.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

namespace unfreed::trace {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Origins of ended processes are given back so often, and whenever so many new ones were heard of:
// a storm of short-lived processes makes more than the table holds (65 536) in a second.
constexpr nanoseconds kRetireEvery = std::chrono::seconds(1);
constexpr std::uint64_t kRetireAfter = 4096;
// Sweeps take at most one part in so many of a core: a full table is swept less often.
constexpr std::uint64_t kSweepShare = 200;
constexpr nanoseconds kSweepEvery = std::chrono::seconds(1);
// An onlooker sees the time go by.
constexpr std::uint64_t kTurnEveryNs = 1'000'000'000;

int poll_timeout_ms(std::uint64_t now, std::uint64_t until) {
    if (until <= now)
        return 0;
    return static_cast<int>(std::min<std::uint64_t>((until - now) / 1'000'000 + 1, 60'000));
}

// The next report is due at a whole number of intervals; those that a standstill missed are past.
std::uint64_t next_due(std::uint64_t due, std::uint64_t interval, std::uint64_t now) {
    return due + interval * (now < due ? 1 : (now - due) / interval + 1);
}

} // namespace

std::optional<TraceLoop::Outcome> TraceLoop::take_signals(const Signals& signals,
                                                          const Limits& limits) {
    signalfd_siginfo info{};
    while (::read(signals.fd(), &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGCHLD) {
            int status = 0;
            if (limits.child && ::waitpid(*limits.child, &status, WNOHANG) == *limits.child)
                return Outcome{End::child_ended, status, std::nullopt};
            continue;
        }
        const std::uint64_t now = monotonic_ns();
        if (heard_ns_ && now - *heard_ns_ < kSameWishNs)
            continue;
        const bool first = !heard_ns_;
        const Outcome end = wished(now);
        if (!limits.child || !first)
            return end;
        // With a command of ours running, it is told, and its end is what we wait for; a second
        // signal ends the trace whatever the command does. What the terminal sends (Ctrl-C) it has
        // got itself.
        if (info.ssi_code != SI_KERNEL)
            ::kill(*limits.child, static_cast<int>(info.ssi_signo));
    }
    return std::nullopt;
}

TraceLoop::Outcome TraceLoop::wished(std::uint64_t now) {
    heard_ns_ = now;
    return {End::interrupted, std::nullopt, now};
}

Result<> TraceLoop::drain() {
    auto drained = source_.drain([this](const Event& event) {
        new_origins_ += std::holds_alternative<OriginEvent>(event);
        observe_(event);
        tracker_.apply(event);
    });
    if (after_drain_)
        after_drain_();
    return drained;
}

Result<> TraceLoop::sweep() {
    if (auto drained = drain(); !drained)
        return drained;
    const auto age = static_cast<std::uint64_t>(promotion_age_.count());
    const std::uint64_t now = monotonic_ns();
    sample_.check(now);
    const TableSnapshot table = source_.read_table(now > age ? now - age : 0);
    source_.promote(tracker_.reconcile(table));
    if (counts_older_ && tracker_.older_due(table.taken_at_ns)) {
        const auto unfollowed = source_.read_unfollowed();
        if (!unfollowed)
            return fail(unfollowed.error());
        tracker_.note_older(*unfollowed, table.taken_at_ns);
    }
    if (stack_policy_) {
        const StackPolicy::Change change = stack_policy_->decide(table);
        source_.walk_stacks(change.walk, true);
        source_.walk_stacks(change.spare, false);
    }
    return {};
}

Result<> TraceLoop::retire() {
    Result<> drained;
    new_origins_ = 0;
    source_.retire_origins([&] { drained = drain(); },
                           [this](const RetiredOrigin& origin) {
                               tracker_.forget(origin);
                               if (forget_)
                                   forget_(origin.id);
                           });
    return drained;
}

Result<TraceLoop::Outcome> TraceLoop::run(const Limits& limits, const Signals& signals,
                                          const std::function<bool()>& report) {
    const std::uint64_t start = monotonic_ns();
    const std::uint64_t since = limits.since_ns.value_or(start);
    const auto ns = [](nanoseconds time) { return static_cast<std::uint64_t>(time.count()); };
    const std::uint64_t end_at = limits.duration ? since + ns(*limits.duration) : UINT64_MAX;
    std::uint64_t next_report =
        limits.interval ? next_due(since, ns(*limits.interval), start) : UINT64_MAX;
    std::uint64_t next_look = start;
    std::uint64_t next_sweep = start + static_cast<std::uint64_t>(kSweepEvery.count());
    std::uint64_t next_retire = retire_origins_ ? next_sweep : UINT64_MAX;
    std::uint64_t next_turn = limits.onlooker != nullptr ? start : UINT64_MAX;

    for (;;) {
        std::array<pollfd, 5> fds{
            {{source_.wait_fd(), POLLIN, 0},
             {signals.fd(), POLLIN, 0},
             {limits.target_pidfd, POLLIN, 0},
             {limits.reader_fd, 0, 0},
             {limits.onlooker != nullptr ? limits.onlooker->fd() : -1, POLLIN, 0}}};
        const std::uint64_t until =
            std::min({end_at, next_report, next_sweep, next_look, next_retire, next_turn});
        const int ready = ::poll(fds.data(), fds.size(), poll_timeout_ms(monotonic_ns(), until));
        if (ready < 0 && errno != EINTR)
            return fail_errno(Errc::internal, errno, "cannot wait for events");
        if (ready > 0 && fds[0].revents != 0)
            if (auto drained = drain(); !drained)
                return fail(drained.error());
        // The child may have ended before its signal was unblocked: ask at every turn.
        if (auto outcome = take_signals(signals, limits))
            return *outcome;
        if (fds[2].revents != 0)
            return Outcome{End::target_ended, std::nullopt, std::nullopt};
        if ((fds[3].revents & POLLERR) != 0)
            return Outcome{End::reader_gone, std::nullopt, std::nullopt};
        const std::uint64_t now = monotonic_ns();
        if (limits.onlooker != nullptr && (now >= next_turn || ready < 0 || fds[4].revents != 0)) {
            if (!limits.onlooker->turn())
                return wished(now);
            next_turn = now + kTurnEveryNs;
        }
        if (now >= end_at)
            return Outcome{End::duration, std::nullopt, std::nullopt};
        if (now >= next_look)
            next_look = now + sample_.check(now);
        if (now >= next_retire || (retire_origins_ && new_origins_ >= kRetireAfter)) {
            if (auto retired = retire(); !retired)
                return fail(retired.error());
            next_retire = monotonic_ns() + static_cast<std::uint64_t>(kRetireEvery.count());
        }
        if (now >= next_sweep) {
            const std::uint64_t cpu_before = thread_cpu_ns();
            if (auto swept = sweep(); !swept)
                return fail(swept.error());
            const std::uint64_t pause = (thread_cpu_ns() - cpu_before) * kSweepShare;
            next_sweep =
                monotonic_ns() + std::max(static_cast<std::uint64_t>(kSweepEvery.count()), pause);
        }
        if (now >= next_report) {
            if (!report())
                return Outcome{End::reader_gone, std::nullopt, std::nullopt};
            if (limits.onlooker != nullptr) // who may have wished something meanwhile
                next_turn = monotonic_ns();
            next_report = next_due(next_report, ns(*limits.interval), monotonic_ns());
        }
    }
}

std::uint64_t TraceLoop::objects_of_ended_processes() {
    const TableSnapshot table = source_.read_table(UINT64_MAX);
    return static_cast<std::uint64_t>(
        std::count_if(table.objects.begin(), table.objects.end(), [&](const TableObject& object) {
            return tracker_.process_ended(object.tgid);
        }));
}

bool TraceLoop::has_unripe() {
    const TableSnapshot table = source_.read_table(UINT64_MAX);
    return std::any_of(table.objects.begin(), table.objects.end(), [&](const TableObject& object) {
        const bool closed_socket =
            object.object_class == ObjectClass::socket && (object.stages & UF_STAGE_RELEASED) != 0;
        return closed_socket || !tracker_.process_ended(object.tgid);
    });
}

Result<std::uint64_t> TraceLoop::settle(nanoseconds patience, nanoseconds quiet_time) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + patience;
    constexpr int kQuietRounds = 4;
    std::uint64_t before = UINT64_MAX;
    std::uint64_t changed_by = 0;
    int quiet = 0;
    auto changed_at = Clock::now();
    const auto is_quiet = [&] {
        return quiet >= kQuietRounds && Clock::now() - changed_at >= quiet_time;
    };
    while (!is_quiet() && Clock::now() < deadline) {
        bpf::wait_for_grace_period();
        std::this_thread::sleep_for(milliseconds(30));
        if (auto drained = drain(); !drained)
            return fail(drained.error());
        const std::uint64_t now = objects_of_ended_processes();
        changed_by = before > now ? before - now : now - before;
        quiet = now == before ? quiet + 1 : 0;
        if (quiet == 0)
            changed_at = Clock::now();
        before = now;
    }
    return quiet >= kQuietRounds ? 0 : changed_by;
}

} // namespace unfreed::trace
