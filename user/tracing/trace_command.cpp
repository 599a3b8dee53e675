// SPDX-License-Identifier: BSD-2-Clause
#include "tracing/trace_command.h"

#include "base/capabilities.h"
#include "base/caught.h"
#include "base/clock.h"
#include "base/log.h"
#include "delivery/choices.h"
#include "delivery/delivery.h"
#include "delivery/destinations.h"
#include "delivery/known_rules.h"
#include "delivery/live_trace.h"
#include "look/host_info.h"
#include "look/socket_report.h"
#include "look/surroundings.h"
#include "target/descriptor_limit.h"
#include "target/runs.h"
#include "target/target.h"
#include "trace/signals.h"
#include "tracing/least_privilege.h"
#include "tracing/reporting.h"
#include "tracing/trace_request.h"
#include "tracing/tracing.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace unfreed {
namespace {

using End = trace::TraceLoop::End;

// How long the report waits for what a process's exit sets free.
constexpr auto kSettlePatience = std::chrono::seconds(3);
// How often the live view is asked whether it wants a report.
constexpr auto kLiveQuestion = std::chrono::milliseconds(500);

// As a shell gives it in $?.
int shell_status(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

TraceFacts trace_facts(const Options& options) {
    TraceFacts trace;
    if (options.command == Command::run)
        trace.mode = TraceMode::run;
    else if (options.pid)
        trace.mode = TraceMode::pid;
    trace.command = options.program;
    trace.min_age_ns = static_cast<std::uint64_t>(options.min_age.count());
    trace.aim = options.aim;
    trace.asked_one_in = options.one_in.value_or(1);
    trace.always_walk = walks_always(options);
    return trace;
}

// What is not followed on this host is not claimed to be.
void note_classes(look::Known& known, Tracing& tracing) {
    known.trace.classes = tracing.request().classes;
    for (const auto& [object_class, why] : tracing.session().left_out()) {
        std::erase(known.trace.classes, object_class);
        known.notes.push_back(
            fmt::format("class {} is not followed here: {}", to_string(object_class), why));
    }
}

std::string describe(const Options& options) {
    if (options.command == Command::run)
        return options.program.front();
    return options.pid ? fmt::format("PID {}", *options.pid) : "the whole host";
}

} // namespace

Result<int> TraceCommand::run() {
    for (const auto step :
         {&TraceCommand::open, &TraceCommand::attach, &TraceCommand::prepare, &TraceCommand::begin})
        if (auto done = (this->*step)(); !done)
            return fail(done.error());
    return end(follow());
}

Result<> TraceCommand::open() {
    auto destinations = Destinations::open(options_);
    if (!destinations)
        return fail(destinations.error());
    destinations_.emplace(std::move(*destinations));
    auto rules = KnownRules::read(options_.known);
    if (!rules)
        return fail(rules.error());
    rules_.emplace(std::move(*rules));
    if (!options_.pid)
        return {};
    auto found = Target::find(*options_.pid);
    if (!found)
        return fail(found.error());
    target_.emplace(std::move(*found));
    return {};
}

Result<> TraceCommand::attach() {
    auto types = bpf::KernelTypes::read();
    auto features = find_features(options_, types);
    if (!features)
        return fail(features.error());
    auto symbols = Kallsyms::load();
    if (!symbols)
        return fail(symbols.error());
    auto signals = trace::Signals::take();
    if (!signals)
        return fail(signals.error());
    signals_.emplace(std::move(*signals));
    auto request = make_request(options_, *symbols);
    if (!request)
        return fail(request.error());
    auto tracing =
        Tracing::attach(std::move(*request), std::move(*symbols), *features, std::move(types));
    if (!tracing)
        return fail(tracing.error());
    tracing_ = std::move(*tracing);
    return {};
}

Result<> TraceCommand::prepare() {
    limits_.duration = options_.duration;
    limits_.interval = options_.interval;
    if (options_.command != Command::run) // a command goes on without a reader
        limits_.reader_fd = destinations_->only_pipe();
    if (target_)
        limits_.target_pidfd = target_->pidfd();
    if (options_.command == Command::run) {
        auto runs =
            Runs::prepare(options_, destinations_->have_stdout(), signals_->former(), descriptors_);
        if (!runs)
            return fail(runs.error());
        runs_.emplace(std::move(*runs));
    }
    if (const auto capabilities = read_capabilities())
        known_.notes = notes_on_missing(capabilities->effective);
    give_up_privileges(destinations_->have_file());
    return {};
}

Result<> TraceCommand::add_target(pid_t pid) {
    known_.trace.targets.push_back(static_cast<std::uint32_t>(pid));
    return tracing_->session().add_target(known_.trace.targets.back());
}

Result<> TraceCommand::begin() {
    known_.tool = tool_;
    known_.trace = trace_facts(options_);
    note_classes(known_, *tracing_);
    if (target_)
        if (auto added = add_target(static_cast<pid_t>(target_->tgid())); !added)
            return added;
    if (tracing_->request().wants(ObjectClass::socket))
        sockets_.emplace().load(tracing_->source(), surroundings_);
    known_.trace.started_ns = monotonic_ns();
    known_.trace.started_at = look::rfc3339_now();
    tracing_->session().activate();
    // First of all, while nothing has been made that is traced: listing sockets makes dentries.
    known_.comparable = !tracing_->request().only_targets;
    if (known_.comparable)
        known_.counts_at_start = surroundings_.books().read();
    if (sockets_ && !runs_)
        sockets_->take_pre_attach(tracing_->source(), known_.trace.targets, tracing_->workers());
    if (runs_)
        if (auto begun = runs_->begin([this](pid_t pid) { return add_target(pid); }); !begun)
            return begun;
    log::info(fmt::format("tracing {} ({} ms to attach); {}", describe(options_),
                          (monotonic_ns() - entered_ns_) / 1'000'000,
                          runs_ ? "the report comes when it ends" : "Ctrl-C ends with the report"));
    return {};
}

// Where it cannot be shown the trace goes on as if it was not at a terminal.
void TraceCommand::show_live() {
    if (!wants_live_view(options_))
        return;
    auto live = LiveTrace::begin(options_, *signals_,
                                 {known_.trace.started_ns, [this] { return tracing_->cpu_ns(); }});
    if (!live)
        return log::warning("no live view: " + live.error().message);
    live_ = std::move(*live);
    limits_.onlooker = live_.get();
    limits_.interval = kLiveQuestion;
    reporting_->tell_progress_to(live_.get());
}

Result<TraceCommand::Outcome> TraceCommand::follow() {
    reporting_.emplace(Reporting::Parts{options_, *tracing_, *rules_, *destinations_, surroundings_,
                                        sockets_ ? &*sockets_ : nullptr},
                       known_);
    if (runs_)
        reporting_->count_repeats([this] { return runs_->facts(); });
    delivery_.emplace(*destinations_, [this] { return reporting_->texts(is_last_); });
    show_live();
    return caught([&] {
        const auto report = [this] { return interim(); };
        return runs_ ? runs_->follow(tracing_->loop(), limits_, *signals_, report,
                                     [this](pid_t pid) { return add_target(pid); })
                     : tracing_->loop().run(limits_, *signals_, report);
    });
}

bool TraceCommand::interim() {
    if (live_ && !live_->wants_report())
        return true;
    const trace::Signals::Unblocked unblocked(*signals_);
    if (!live_)
        delivery_->interim();
    else if (auto shown = caught([&] { return reporting_->show(); }); !shown)
        log::error(shown.error().message);
    return !delivery_->reader_gone() || runs_;
}

// The terminal is as it was before anything is printed, and may stand still.
void TraceCommand::close_live(const Result<Outcome>& outcome) {
    if (!live_)
        return;
    const trace::Signals::Unblocked unblocked(*signals_,
                                              outcome ? outcome->heard_ns : std::nullopt);
    reporting_->tell_progress_to(nullptr);
    live_.reset();
}

// What an exit has set free is freed before the count.
void TraceCommand::settle(const Outcome& end) {
    if (end.end != End::child_ended && end.end != End::target_ended)
        return;
    if (auto unsettled = caught([&] { return tracing_->loop().settle(kSettlePatience); }))
        known_.unsettled = *unsettled;
    else
        log::error(unsettled.error().message);
}

Result<int> TraceCommand::end(const Result<Outcome>& outcome) {
    close_live(outcome);
    if (!outcome) // the report is made of what has been seen until now
        log::error(outcome.error().message);
    const Outcome end = outcome.value_or(Outcome{});
    if (end.end == End::reader_gone)
        return fail(Errc::io, "nobody reads the report any more: the trace has ended without it");
    if (runs_ && outcome)
        if (auto ripe =
                caught([&] { return runs_->ripen(tracing_->loop(), *signals_, options_.min_age); });
            !ripe)
            log::error(ripe.error().message);
    const trace::Signals::Unblocked unblocked(*signals_, end.heard_ns);
    if (runs_)
        known_.trace.command_status = runs_->status();
    settle(end);
    is_last_ = true;
    delivery_->last();
    if (!outcome || delivery_->failed())
        return 1;
    const int status = exit_status(reporting_->failures(), reporting_->complete());
    const std::optional<int> command_status = known_.trace.command_status;
    return options_.exit_with_command && command_status ? shell_status(*command_status) : status;
}

} // namespace unfreed
