// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "delivery/delivery.h"
#include "delivery/destinations.h"
#include "delivery/known_rules.h"
#include "delivery/live_trace.h"
#include "look/look.h"
#include "look/socket_report.h"
#include "look/surroundings.h"
#include "model/report.h"
#include "options/options.h"
#include "target/descriptor_limit.h"
#include "target/runs.h"
#include "target/target.h"
#include "trace/signals.h"
#include "trace/trace_loop.h"
#include "tracing/reporting.h"
#include "tracing/tracing.h"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace unfreed {

// `unfreed trace` and `unfreed run`, from the first step to the exit status. Members are in the
// order in which they are made: what comes later borrows what is above it.
class TraceCommand {
  public:
    TraceCommand(const Options& options, Report::Tool tool)
        : options_(options), tool_(std::move(tool)) {}

    // The exit status of the program: 0, 3 (--fail-on), 4 (the report is incomplete), that of the
    // command (--exit-with), or 1 (a report could not be made or delivered, and this has been
    // said). An error means that there is no report. Once.
    Result<int> run();

  private:
    using Outcome = trace::TraceLoop::Outcome;

    // What the user names: a mistake in it must not cost a trace.
    Result<> open();
    Result<> attach();
    // What is made with the privileges that are given up then.
    Result<> prepare();
    // From here on objects are followed.
    Result<> begin();
    void show_live();
    // Until the trace is over. Error: it broke off.
    Result<Outcome> follow();
    // Called at each interval. False: nobody reads it.
    bool interim();
    void close_live(const Result<Outcome>& outcome);
    Result<int> end(const Result<Outcome>& outcome);
    void settle(const Outcome& end);
    Result<> add_target(pid_t pid);

    const Options& options_;
    const Report::Tool tool_;
    const std::uint64_t entered_ns_ = monotonic_ns();
    const DescriptorLimit descriptors_;
    std::optional<Destinations> destinations_;
    std::optional<KnownRules> rules_;
    std::optional<Target> target_; // trace -p
    std::optional<trace::Signals> signals_;
    std::unique_ptr<Tracing> tracing_;
    std::optional<Runs> runs_; // run
    trace::TraceLoop::Limits limits_;
    look::Known known_;
    look::ProcSurroundings surroundings_;
    std::optional<look::SocketReport> sockets_; // none: they are not followed
    std::optional<Reporting> reporting_;
    std::unique_ptr<LiveTrace> live_;
    std::optional<Delivery> delivery_;
    bool is_last_ = false; // the report that is made
};

} // namespace unfreed
