// SPDX-License-Identifier: BSD-2-Clause
#include "delivery/live_trace.h"

#include "base/clock.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace unfreed {
namespace {

// A report that takes longer is told while it is made: no key is heard meanwhile.
constexpr std::uint64_t kLongNs = 400'000'000;
// So long between two reports at least, and so small a part of a core for all of them. Half of what
// the whole view may take: the rest is for drawings and for names of rows that are opened.
constexpr std::chrono::nanoseconds kInterval = std::chrono::seconds(3);
constexpr std::uint64_t kShare = 40;
constexpr std::uint64_t kMessageNs = 15'000'000'000;

} // namespace

bool wants_live_view(const Options& options) {
    const bool text_to_stdout =
        options.outputs.size() == 1 && options.outputs.front().writer == find_writer("text") &&
        (options.outputs.front().path.empty() || options.outputs.front().path == "-");
    return options.command == Command::trace && text_to_stdout && !options.plain &&
           !options.quiet && !options.verbose && Screen::possible();
}

Result<std::unique_ptr<LiveTrace>>
LiveTrace::begin(const Options& options, const trace::Signals& signals, LiveSources sources) {
    auto screen = Screen::open();
    if (!screen)
        return fail(screen.error());
    std::unique_ptr<LiveTrace> live(new LiveTrace(options, signals, std::move(sources)));
    live->screen_ = std::move(*screen);
    return live;
}

LiveTrace::LiveTrace(const Options& options, const trace::Signals& signals, LiveSources sources)
    : signals_(signals), sources_(std::move(sources)), duration_(options.duration),
      pace_(static_cast<std::uint64_t>(options.interval.value_or(kInterval).count()), kShare) {
    if (::isatty(STDERR_FILENO) == 1)
        held_.emplace();
}

int LiveTrace::fd() const {
    return screen_ ? STDIN_FILENO : -1;
}

bool LiveTrace::turn() {
    if (!screen_)
        return true;
    // A terminal may stand still.
    const trace::Signals::Unblocked unblocked(signals_);
    hear();
    if (screen_)
        draw();
    return !ends_;
}

void LiveTrace::hear() {
    for (const live::Key& key : screen_->keys()) {
        switch (view_.press(key)) {
        case live::View::Reply::quit:
            ends_ = true;
            break;
        case live::View::Reply::suspend:
            screen_->suspend();
            break;
        case live::View::Reply::redraw:
            screen_->redraw();
            break;
        case live::View::Reply::none:
            break;
        }
    }
    if (screen_->gone()) // the trace goes on as without a screen
        screen_.reset();
}

bool LiveTrace::wants_report() const {
    return screen_ && !view_.paused() && pace_.is_due(monotonic_ns());
}

void LiveTrace::draw(const std::string& working) {
    live::Moment moment;
    moment.elapsed_ns = monotonic_ns() - sources_.started_ns;
    if (duration_)
        moment.duration_ns = static_cast<std::uint64_t>(duration_->count());
    moment.working = working;
    moment.message = fresh_message();
    screen_->clear();
    view_.draw(*screen_, moment);
    screen_->show();
}

std::string LiveTrace::fresh_message() {
    const std::uint64_t now = monotonic_ns();
    if (std::string latest = held_ ? held_->latest() : std::string(); latest != message_) {
        message_ = std::move(latest);
        message_at_ns_ = now;
    }
    return now - message_at_ns_ < kMessageNs ? message_ : std::string();
}

void LiveTrace::report_begins() {
    begun_ns_ = monotonic_ns();
    begun_cpu_ns_ = sources_.cpu_ns();
    pace_.took(begun_ns_, begun_ns_, 0); // if it fails
}

void LiveTrace::report_goes_on(const std::string& what) {
    if (!screen_ || (lasted_ns_ < kLongNs && monotonic_ns() - begun_ns_ < kLongNs))
        return;
    hear();
    if (screen_)
        draw("Making a report: " + what);
}

void LiveTrace::show(Report report) {
    view_.show(std::move(report));
    if (screen_)
        draw();
    const std::uint64_t now = monotonic_ns();
    lasted_ns_ = now - begun_ns_;
    const std::uint64_t cpu_ns = sources_.cpu_ns();
    pace_.took(begun_ns_, now, cpu_ns - std::min(cpu_ns, begun_cpu_ns_));
}

} // namespace unfreed
