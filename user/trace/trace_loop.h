// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "source/event_source.h"
#include "trace/onlooker.h"
#include "trace/sample_control.h"
#include "trace/signals.h"
#include "track/lifetime_tracker.h"
#include "track/stack_policy.h"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>

namespace unfreed::trace {

// Drives one trace: empties the ring, sweeps the table once a second, and waits for whatever ends
// it.
class TraceLoop {
  public:
    struct Limits {
        std::optional<std::chrono::nanoseconds> duration;
        std::optional<std::chrono::nanoseconds> interval;
        std::optional<pid_t> child; // run: ends when it does, and it is reaped
        int target_pidfd = -1;      // trace -p: ends when this process does
        // When the trace began: duration and intervals are counted from then. None: now.
        std::optional<std::uint64_t> since_ns;
        int reader_fd = -1; // a pipe: ends when nobody has its other end
        Onlooker* onlooker = nullptr;
    };
    enum class End { duration, interrupted, target_ended, child_ended, reader_gone };
    struct Outcome {
        End end = End::duration;
        std::optional<int> child_status;       // as wait() gives it
        std::optional<std::uint64_t> heard_ns; // when a signal asked for the end
    };

    // observe: sees every event before the tracker does. retire_origins: in a host-wide trace
    // processes come and go, and their origins make room; otherwise all are kept for the report.
    // forget: hears of each that did.
    TraceLoop(EventSource& source, LifetimeTracker& tracker, std::chrono::nanoseconds promotion_age,
              std::function<void(const Event&)> observe, bool retire_origins,
              std::function<void(OriginId)> forget = {})
        : source_(source), tracker_(tracker), sample_(source), promotion_age_(promotion_age),
          observe_(std::move(observe)), retire_origins_(retire_origins),
          forget_(std::move(forget)) {}

    // Called when events have been observed, and there are none left for now.
    void after_each_drain(std::function<void()> call) { after_drain_ = std::move(call); }

    // What is not followed is counted by cache: whole hosts, class slab.
    void count_older() { counts_older_ = true; }

    // From now on each sweep decides anew where stacks are walked at every birth.
    void adapt_stacks() { stack_policy_.emplace(); }

    // Returns when the trace is over. `report` is called at each interval; false: nobody reads it.
    Result<Outcome> run(const Limits& limits, const Signals& signals,
                        const std::function<bool()>& report);

    // A signal has asked for the end of the trace.
    bool asked_to_end() const { return heard_ns_.has_value(); }

    // After a traced process has ended: waits until what its exit frees is freed (RCU grace
    // periods, deferred work), at most `patience`. Returns how many objects were still dying then.
    // It is freed when their number has stayed the same for so long, and for a few looks.
    Result<std::uint64_t> settle(std::chrono::nanoseconds patience,
                                 std::chrono::nanoseconds quiet = {});

    // Is there something that only age can judge: of a process that lives, or a socket that was
    // closed?
    bool has_unripe();

    // One sweep: events first, then the table, thinned before if it is too full.
    Result<> sweep();
    // Gives origins of ended processes back.
    Result<> retire();

    const SampleControl& sample() const { return sample_; }

  private:
    // The end that a signal asks for, if any.
    std::optional<Outcome> take_signals(const Signals& signals, const Limits& limits);
    // Somebody asks for the end now.
    Outcome wished(std::uint64_t now);
    std::uint64_t objects_of_ended_processes();
    Result<> drain();

    EventSource& source_;
    LifetimeTracker& tracker_;
    SampleControl sample_;
    std::chrono::nanoseconds promotion_age_;
    std::function<void(const Event&)> observe_;
    bool retire_origins_;
    std::function<void(OriginId)> forget_;
    std::function<void()> after_drain_;
    std::uint64_t new_origins_ = 0; // heard of since origins were last given back
    bool counts_older_ = false;
    std::optional<StackPolicy> stack_policy_;
    std::optional<std::uint64_t> heard_ns_; // the last signal that asks for the end
};

} // namespace unfreed::trace
