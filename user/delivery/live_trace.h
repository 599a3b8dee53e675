// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "live/pace.h"
#include "live/view.h"
#include "model/report.h"
#include "options/options.h"
#include "screen/screen.h"
#include "trace/onlooker.h"
#include "trace/signals.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace unfreed {

// Shall this trace be shown while it runs? Where its report is text for a terminal at which
// somebody sits, and nothing else was asked for.
bool wants_live_view(const Options& options);

// What the live view asks of the trace.
struct LiveSources {
    std::uint64_t started_ns = 0; // of the trace
    // CPU time that this process and its workers have used.
    std::function<std::uint64_t()> cpu_ns;
};

// Stands between a trace and the terminal that shows it. While it lives the terminal is a screen
// and messages wait; what is printed afterwards stands where the command was given.
class LiveTrace final : public trace::Onlooker {
  public:
    // Borrows the signals. started_ns: of the trace.
    static Result<std::unique_ptr<LiveTrace>>
    begin(const Options& options, const trace::Signals& signals, LiveSources sources);

    int fd() const override;
    bool turn() override;

    // False: nobody would see one, or the last one was so dear that it is too early.
    bool wants_report() const;
    // These are called while a report is made, with the signals unblocked: when it is begun, at
    // each of its steps (what: step_phrase()), and when it is there.
    void report_begins();
    void report_goes_on(const std::string& what);
    void show(Report report);

  private:
    LiveTrace(const Options& options, const trace::Signals& signals, LiveSources sources);
    void hear();
    void draw(const std::string& working = {});
    std::string fresh_message();

    const trace::Signals& signals_;
    LiveSources sources_;
    std::optional<std::chrono::nanoseconds> duration_;
    live::Pace pace_;
    std::optional<log::Hold> held_; // goes after the screen
    std::unique_ptr<Screen> screen_;
    live::View view_;
    bool ends_ = false;
    std::uint64_t begun_ns_ = 0;     // the report that is being made
    std::uint64_t begun_cpu_ns_ = 0; // and what had been used then
    std::uint64_t lasted_ns_ = 0;    // the one before
    std::string message_;            // the latest one
    std::uint64_t message_at_ns_ = 0;
};

} // namespace unfreed
