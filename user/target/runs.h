// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/repeats.h"
#include "options/options.h"
#include "target/child.h"
#include "target/descriptor_limit.h"
#include "trace/trace_loop.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace unfreed {

// The runs of the command of `unfreed run`, one after the other in one trace: one, or as many as
// --warmup and --repeat ask for. A command keeps the privileges of its caller, which this process
// gives up before it traces: so all are forked at first, and each waits until it is let go. Those
// that never were go with this object.
class Runs {
  public:
    // Makes the process of the next one known to who traces it.
    using AddTarget = std::function<Result<>(pid_t)>;

    static Result<Runs> prepare(const Options& options, bool stdout_to_stderr,
                                const trace::FormerSignals& signals,
                                const DescriptorLimit& descriptors);

    // Lets the first one go. Error: the command cannot be executed.
    Result<> begin(const AddTarget& add_target);

    // Until the last of them has ended, or else the trace. What one has set free is freed before
    // the next one begins.
    Result<trace::TraceLoop::Outcome>
    follow(trace::TraceLoop& loop, trace::TraceLoop::Limits limits, const trace::Signals& signals,
           const std::function<bool()>& report, const AddTarget& add_target);

    // After the last one: waits until all that they left can be judged, the youngest too, so that
    // no run seems to have left less than the others. Nothing to do for a single run.
    Result<> ripen(trace::TraceLoop& loop, const trace::Signals& signals,
                   std::chrono::nanoseconds min_age) const;

    Runs(Runs&&) noexcept = default;
    Runs& operator=(Runs&&) = delete;
    ~Runs();

    const RepeatFacts& facts() const { return facts_; }
    // As wait() gives it: of the first run that failed, else of the last that ended.
    std::optional<int> status() const { return status_; }

  private:
    Runs() = default;
    bool have_next() const { return begun_ < children_.size(); }
    bool is_repeated() const { return facts_.asked != 0; }
    void note_end(int wait_status, bool by_itself);

    std::vector<Child> children_;
    std::size_t begun_ = 0;
    RepeatFacts facts_;
    std::optional<int> status_;
};

} // namespace unfreed
