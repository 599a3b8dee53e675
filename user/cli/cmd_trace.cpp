// SPDX-License-Identifier: BSD-2-Clause
// `unfreed trace` and `unfreed run`: connects the stages and lets the loop drive them.
#include "base/caught.h"
#include "base/clock.h"
#include "base/log.h"
#include "bpf/libbpf_log.h"
#include "bpf/privileges.h"
#include "bpf/session.h"
#include "cli/aim.h"
#include "cli/choices.h"
#include "cli/commands.h"
#include "cli/delivery.h"
#include "cli/descriptor_limit.h"
#include "cli/destinations.h"
#include "cli/known.h"
#include "cli/least_privilege.h"
#include "cli/live_trace.h"
#include "cli/report_progress.h"
#include "cli/runs.h"
#include "cli/target.h"
#include "cli/version.h"
#include "judgement/judge.h"
#include "judgement/write_up.h"
#include "look/host_info.h"
#include "look/look.h"
#include "look/sight.h"
#include "look/steps.h"
#include "names/naming.h"
#include "report/address_policy.h"
#include "source/live_source.h"
#include "survey/addresses.h"
#include "survey/recording.h"
#include "symbolize/kallsyms.h"
#include "trace/signals.h"
#include "trace/site_ranges.h"
#include "trace/trace_loop.h"
#include "track/proc_process_reader.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/wait.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <set>
#include <utility>

namespace unfreed::cli {
namespace {

using std::chrono::milliseconds;

// How long the report waits for what a process's exit sets free.
constexpr auto kSettlePatience = std::chrono::seconds(3);
// How often the live view is asked whether it wants a report.
constexpr auto kLiveQuestion = std::chrono::milliseconds(500);
// Age at which objects of any class are worth records of their own.
constexpr std::uint64_t kPromotionAgeNs = 1'000'000'000;

// As a shell gives it in $?.
int shell_status(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

// 0: unknown.
std::uint64_t start_of(const KernelSymbols& symbols, std::string_view function) {
    const auto range = symbols.range_of(function);
    return range ? range->start : 0;
}

Result<bpf::TraceRequest> make_request(const Options& options, const Kallsyms& symbols) {
    bpf::TraceRequest request;
    auto aim = resolve_aim(options.aim, symbols);
    if (!aim)
        return fail(aim.error());
    request.aim = std::move(*aim);
    auto classes = classes_aimed_at(options.classes, options.classes_asked, options.aim);
    if (!classes)
        return fail(classes.error());
    request.classes = std::move(*classes);
    request.classes_asked = options.classes_asked;
    request.only_targets = options.command == Command::run || options.pid.has_value();
    request.follow_children = options.command == Command::run || options.follow;
    request.always_walk = walks_always(options);
    request.max_objects = options.max_objects;
    request.one_in = options.one_in.value_or(1);
    request.may_thin = options.one_in != 1u;
    request.ring_bytes = ring_bytes(options);
    request.copies = options.copies;
    request.sites = trace::find_site_ranges(symbols);
    const AddressRange irq_entry = trace::find_irq_entry(symbols);
    request.delayed_work_timer = start_of(symbols, "delayed_work_timer_fn");
    request.rcu_work_callback = start_of(symbols, "rcu_work_rcufn");
    request.vmemmap_base = symbols.variable("vmemmap_base").value_or(0);
    request.page_offset_base = symbols.variable("page_offset_base").value_or(0);
    request.irq_entry_start = irq_entry.start;
    request.irq_entry_end = irq_entry.end;
    return request;
}

Result<bpf::KernelFeatures> find_features(const Options& options) {
    if (auto privileged = bpf::check_privileges(); !privileged)
        return fail(privileged.error());
    if (auto btf = bpf::check_kernel_btf(); !btf)
        return fail(btf.error());
    if (!clock_offsets())
        return fail(clock_offsets().error());
    if (auto initial = bpf::check_pid_namespace(); !initial)
        return fail(initial.error());
    auto features = bpf::KernelFeatures::probe();
    if (!features)
        return features;
    for (const std::string& kind : options.without)
        features->disable(kind); // the command line has checked the names
    return features;
}

// What is shown for addresses of the kernel, where this host hides them.
struct AddressHiding {
    bool hides = false;
    std::optional<KeyedHash> hash; // nullopt: they are left out

    const KeyedHash* key() const { return hash ? &*hash : nullptr; }
    std::uint64_t shown(std::uint64_t address) const { return hash ? (*hash)(address) : 0; }
    const char* name() const { return hash ? "hashed" : "left-out"; }
};

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
void note_classes(look::Known& known, const bpf::TraceRequest& request,
                  const bpf::Session& session) {
    known.trace.classes = request.classes;
    for (const auto& [object_class, why] : session.left_out()) {
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

// What a recording must say of the addresses that its report can show.
std::set<std::uint64_t> named_addresses(const Survey& survey, const Findings& everything) {
    std::set<std::uint64_t> addresses;
    Report report = write_up(survey, everything);
    for_each_address(report, [&](std::uint64_t& address) { addresses.insert(address); });
    return addresses;
}

// Empty: it cannot be made, which is told.
std::string record(Survey survey, const Options& options, const std::set<std::uint64_t>& named,
                   const AddressHiding& hiding) {
    survey.asked = {options.top, options.objects_per_group};
    if (hiding.hides)
        number_addresses(
            survey, named, [&](std::uint64_t address) { return hiding.shown(address); },
            hiding.name());
    auto recording = encode_recording(survey);
    if (recording)
        return std::move(*recording);
    log::error(recording.error().message);
    return {};
}

// CPU time that a process has used; 0: it is gone.
std::uint64_t cpu_of(std::uint32_t pid) {
    clockid_t clock{};
    timespec used{};
    if (::clock_getcpuclockid(static_cast<pid_t>(pid), &clock) != 0 ||
        ::clock_gettime(clock, &used) != 0)
        return 0;
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(used.tv_nsec);
}

// nullptr: this trace is not shown while it runs.
std::unique_ptr<LiveTrace> live_view(const Options& options, const trace::Signals& signals,
                                     LiveSources sources, trace::TraceLoop::Limits& limits) {
    if (!wants_live_view(options))
        return nullptr;
    auto live = LiveTrace::begin(options, signals, std::move(sources));
    if (!live) {
        log::warning("no live view: " + live.error().message);
        return nullptr;
    }
    limits.onlooker = live->get();
    limits.interval = kLiveQuestion;
    return std::move(*live);
}

using NamedStacks = decltype(Closeups::user_frames);

// What one report of the live view has learned goes into the next one: a stack that was named is
// not asked for again.
NamedStacks worth_keeping(NamedStacks stacks, std::size_t groups) {
    constexpr std::size_t kSpare = 1000;
    if (stacks.size() > 2 * groups + kSpare) // most are of objects that are gone
        return {};
    std::erase_if(stacks, [](const auto& named) {
        return std::none_of(named.second.begin(), named.second.end(), [](const Frame& frame) {
            return !frame.function.empty() || !frame.module.empty();
        });
    });
    return stacks;
}

// Loading left large free blocks behind, and a trace may go on for days.
void give_memory_back() {
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

} // namespace

Result<int> run_trace(const Options& options) {
    const std::uint64_t entered_ns = monotonic_ns();
    bpf::route_libbpf_messages();
    const DescriptorLimit descriptors;
    auto destinations = Destinations::open(options);
    if (!destinations)
        return fail(destinations.error());
    auto rules = Known::read(options.known);
    if (!rules)
        return fail(rules.error());
    std::optional<Target> target;
    if (options.pid) {
        auto found = Target::find(*options.pid);
        if (!found)
            return fail(found.error());
        target.emplace(std::move(*found));
    }
    auto features = find_features(options);
    if (!features)
        return fail(features.error());
    auto symbols = Kallsyms::load();
    if (!symbols)
        return fail(symbols.error());
    auto signals = trace::Signals::take();
    if (!signals)
        return fail(signals.error());

    const auto made = make_request(options, *symbols);
    if (!made)
        return fail(made.error());
    const bpf::TraceRequest& request = *made;
    // Before anything is attached: they are ready when the first event comes.
    std::array<std::uint32_t, 2> workers{};
    bpf::Session* attached = nullptr;
    names::Naming naming(
        [&](const names::Progress& progress) {
            return names::launch_workers(progress, [&, next = std::size_t{0}](pid_t pid) mutable {
                workers.at(next++) = static_cast<std::uint32_t>(pid);
                if (attached != nullptr)
                    attached->ignore_workers(workers);
            });
        },
        request.only_targets);
    auto session = bpf::Session::start(request, *features);
    if (!session)
        return fail(session.error());
    // Once more: stacks hold addresses of the programs and trampolines that exist only now.
    symbols = Kallsyms::load();
    if (!symbols)
        return fail(symbols.error());
    attached = &*session;
    session->ignore_workers(workers);
    give_memory_back();
    LiveSource source(*session);
    TrackerOptions tracker_options;
    tracker_options.promotion_age_ns.fill(kPromotionAgeNs);
    tracker_options.exit_is_no_death = request.only_targets;
    ProcProcessReader processes;
    LifetimeTracker tracker(tracker_options, processes);
    trace::TraceLoop loop(
        source, tracker, std::chrono::nanoseconds(kPromotionAgeNs),
        [&](const Event& event) { naming.observe(event); }, !request.only_targets,
        [&](OriginId origin) { naming.forget(origin); });
    loop.after_each_drain([&] { naming.flush(); });
    if (!request.always_walk)
        loop.adapt_stacks();
    if (!request.only_targets && request.wants(ObjectClass::slab))
        loop.count_older();

    trace::TraceLoop::Limits limits;
    limits.duration = options.duration;
    limits.interval = options.interval;
    if (options.command != Command::run) // a command goes on without a reader
        limits.reader_fd = destinations->only_pipe();
    look::Known known;
    const auto add_target = [&](pid_t pid) {
        known.trace.targets.push_back(static_cast<std::uint32_t>(pid));
        return session->add_target(known.trace.targets.back());
    };
    std::optional<Runs> runs;
    if (options.command == Command::run) {
        auto prepared =
            Runs::prepare(options, destinations->have_stdout(), signals->former(), descriptors);
        if (!prepared)
            return fail(prepared.error());
        runs.emplace(std::move(*prepared));
    } else if (target) {
        limits.target_pidfd = target->pidfd();
    }

    if (const auto capabilities = read_capabilities())
        known.notes = notes_on_missing(capabilities->effective);
    give_up_privileges(destinations->have_file());
    const AddressHiding hiding{!options.kernel_addresses && host_hides_addresses(),
                               KeyedHash::with_random_key()};
    look::ProcSurroundings surroundings;
    known.tool = {kVersion, kBuild};
    known.trace = trace_facts(options);
    note_classes(known, request, *session);
    if (target)
        if (auto added = add_target(static_cast<pid_t>(target->tgid())); !added)
            return fail(added.error());
    std::optional<look::SocketReport> sockets;
    if (request.wants(ObjectClass::socket))
        sockets.emplace().load(source, surroundings);
    known.trace.started_ns = monotonic_ns();
    known.trace.started_at = look::rfc3339_now();
    session->activate();
    // First of all, while nothing has been made that is traced: listing sockets makes dentries.
    known.comparable = !request.only_targets;
    if (known.comparable)
        known.counts_at_start = surroundings.books().read();
    if (sockets && options.command != Command::run)
        sockets->take_pre_attach(source, known.trace.targets, workers);
    if (runs)
        if (auto begun = runs->begin(add_target); !begun)
            return fail(begun.error());
    log::info(fmt::format("tracing {} ({} ms to attach); {}", describe(options),
                          (monotonic_ns() - entered_ns) / 1'000'000,
                          runs ? "the report comes when it ends" : "Ctrl-C ends with the report"));

    const look::Sources sources{source,       tracker, *symbols,
                                surroundings, naming,  sockets ? &*sockets : nullptr};
    const LiveSources live_sources{known.trace.started_ns, [&] {
                                       std::uint64_t sum = thread_cpu_ns();
                                       for (const std::uint32_t worker : workers)
                                           sum += cpu_of(worker);
                                       return sum;
                                   }};
    std::unique_ptr<LiveTrace> live = live_view(options, *signals, live_sources, limits);
    ReportProgress progress;
    const auto tell_step = [&](const char* step, std::size_t number) {
        const std::string what = step_phrase(step, number);
        live ? live->report_goes_on(what) : progress.goes_on(what);
    };
    const auto survey_now = [&]() -> Result<Survey> {
        live ? live->report_begins() : progress.begins();
        if (auto swept = loop.sweep(); !swept)
            return fail(swept.error());
        known.trace.thinned_at_ns = loop.sample().thinned_at_ns();
        known.sight = look::sight_of(*session);
        known.hooks = session->hooks();
        if (runs)
            known.trace.repeats = runs->facts();
        tracker.refresh_processes(monotonic_ns());
        return look::look(sources, known, [&](const char* step, std::size_t number, std::size_t) {
            tell_step(step, number);
        });
    };
    const auto judge_now = [&](const Survey& survey, const JudgeOptions& how) {
        tell_step("judge", look::look_steps().size() + 1);
        Findings findings = judge(survey, how);
        tell_step("close up", look::look_steps().size() + 2);
        return findings;
    };
    // What every report says in the end, whoever reads it.
    const auto told = [&](const Survey& survey, const Findings& findings) {
        Report report = write_up(survey, findings);
        if (hiding.hides)
            hide_addresses(report, hiding.key());
        rules->apply(report);
        return report;
    };
    bool complete = true;
    bool last = false;
    std::vector<std::string> failures; // of the latest report
    Delivery delivery(*destinations, [&]() -> Result<std::vector<std::string>> {
        auto survey = survey_now();
        if (!survey)
            return fail(survey.error());
        const bool probes = options.probe_reclaim && last;
        const bool records = destinations->have_recording();
        Findings findings = judge_now(*survey, records ? judge_everything(options, probes)
                                                       : judge_options(options, probes));
        look::close_up(*survey, findings, sources, probes);
        std::set<std::uint64_t> named;
        if (records) {
            named = named_addresses(*survey, findings);
            findings = judge(*survey, judge_options(options, probes));
        }
        const Report report = told(*survey, findings);
        complete = report.complete;
        failures = what_fails(options, report);
        std::string recording;
        if (records)
            recording = record(std::move(*survey), options, named, hiding);
        return destinations->render(report, std::move(recording));
    });
    NamedStacks named_stacks;
    const auto show_live = [&]() -> Result<> {
        auto survey = survey_now();
        if (!survey)
            return fail(survey.error());
        Findings findings = judge_now(*survey, judge_live(options));
        survey->closeups.user_frames = std::move(named_stacks);
        look::close_up(*survey, findings, sources);
        Report report = told(*survey, findings);
        named_stacks = worth_keeping(std::move(survey->closeups.user_frames), report.groups.size());
        live->show(std::move(report));
        return {};
    };
    auto outcome = caught([&] {
        const auto report = [&] {
            if (live && !live->wants_report())
                return true;
            const trace::Signals::Unblocked unblocked(*signals);
            if (!live)
                delivery.interim();
            else if (auto shown = caught(show_live); !shown)
                log::error(shown.error().message);
            return !delivery.reader_gone() || runs;
        };
        return runs ? runs->follow(loop, limits, *signals, report, add_target)
                    : loop.run(limits, *signals, report);
    });
    const std::optional<std::uint64_t> heard_ns = outcome ? outcome->heard_ns : std::nullopt;
    if (live) { // the terminal is as it was before anything is printed, and may stand still
        const trace::Signals::Unblocked unblocked(*signals, heard_ns);
        live.reset();
    }
    if (!outcome) // the report is made of what has been seen until now
        log::error(outcome.error().message);
    const trace::TraceLoop::Outcome end = outcome.value_or(trace::TraceLoop::Outcome{});
    if (end.end == trace::TraceLoop::End::reader_gone)
        return fail(Errc::io, "nobody reads the report any more: the trace has ended without it");
    if (runs && outcome)
        if (auto ripe = caught([&] { return runs->ripen(loop, *signals, options.min_age); }); !ripe)
            log::error(ripe.error().message);
    const trace::Signals::Unblocked unblocked(*signals, end.heard_ns);
    if (runs)
        known.trace.command_status = runs->status();
    if (end.end == trace::TraceLoop::End::child_ended ||
        end.end == trace::TraceLoop::End::target_ended) {
        if (auto unsettled = caught([&] { return loop.settle(kSettlePatience); }))
            known.unsettled = *unsettled;
        else
            log::error(unsettled.error().message);
    }
    last = true;
    delivery.last();
    if (!outcome || delivery.failed())
        return 1;
    const int status = exit_status(failures, complete);
    const std::optional<int> command_status = known.trace.command_status;
    return options.exit_with_command && command_status ? shell_status(*command_status) : status;
}

} // namespace unfreed::cli
