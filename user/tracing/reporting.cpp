// SPDX-License-Identifier: BSD-2-Clause
#include "tracing/reporting.h"

#include "base/clock.h"
#include "base/log.h"
#include "delivery/choices.h"
#include "judgement/judge.h"
#include "judgement/write_up.h"
#include "look/sight.h"
#include "look/steps.h"
#include "report/address_policy.h"
#include "survey/addresses.h"
#include "survey/recording.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace unfreed {
namespace {

// What a recording must say of the addresses that its report can show.
std::set<std::uint64_t> named_addresses(const Survey& survey, const Findings& everything) {
    std::set<std::uint64_t> addresses;
    Report report = write_up(survey, everything);
    for_each_address(report, [&](std::uint64_t& address) { addresses.insert(address); });
    return addresses;
}

// What one report of the live view has learned goes into the next one: a stack that was named is
// not asked for again.
template <class NamedStacks>
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

} // namespace

Reporting::Reporting(const Parts& parts, look::Known& known)
    : options_(parts.options), tracing_(parts.tracing), rules_(parts.rules),
      destinations_(parts.destinations),
      known_(known), sources_{parts.tracing.source(),  parts.tracing.tracker(),
                              parts.tracing.symbols(), parts.surroundings,
                              parts.tracing.naming(),  parts.sockets},
      hiding_{!parts.options.kernel_addresses && host_hides_addresses(),
              KeyedHash::with_random_key()} {}

void Reporting::tell_step(const char* step, std::size_t number) {
    const std::string what = step_phrase(step, number);
    live_ != nullptr ? live_->report_goes_on(what) : progress_.goes_on(what);
}

Result<Survey> Reporting::look() {
    live_ != nullptr ? live_->report_begins() : progress_.begins();
    trace::TraceLoop& loop = tracing_.loop();
    if (auto swept = loop.sweep(); !swept)
        return fail(swept.error());
    known_.trace.thinned_at_ns = loop.sample().thinned_at_ns();
    known_.sight = look::sight_of(tracing_.session());
    known_.hooks = tracing_.session().hooks();
    if (repeats_)
        known_.trace.repeats = repeats_();
    tracing_.tracker().refresh_processes(monotonic_ns());
    return look::look(sources_, known_, [&](const char* step, std::size_t number, std::size_t) {
        tell_step(step, number);
    });
}

Findings Reporting::judge_now(const Survey& survey, const JudgeOptions& how) {
    tell_step("judge", look::look_steps().size() + 1);
    Findings findings = judge(survey, how);
    tell_step("close up", look::look_steps().size() + 2);
    return findings;
}

// What every report says in the end, whoever reads it.
Report Reporting::tell(const Survey& survey, const Findings& findings) const {
    Report report = write_up(survey, findings);
    if (hiding_.hides)
        hide_addresses(report, hiding_.key());
    rules_.apply(report);
    return report;
}

// Empty: it cannot be made, which is told.
std::string Reporting::record(Survey survey, const std::set<std::uint64_t>& named) const {
    survey.asked = {options_.top, options_.objects_per_group};
    if (hiding_.hides)
        number_addresses(
            survey, named, [&](std::uint64_t address) { return hiding_.shown(address); },
            hiding_.name());
    auto recording = encode_recording(survey);
    if (recording)
        return std::move(*recording);
    log::error(recording.error().message);
    return {};
}

Result<std::vector<std::string>> Reporting::texts(bool last) {
    auto survey = look();
    if (!survey)
        return fail(survey.error());
    const bool probes = options_.probe_reclaim && last;
    const bool records = destinations_.have_recording();
    Findings findings = judge_now(*survey, records ? judge_everything(options_, probes)
                                                   : judge_options(options_, probes));
    look::close_up(*survey, findings, sources_, probes);
    std::set<std::uint64_t> named;
    if (records) {
        named = named_addresses(*survey, findings);
        findings = judge(*survey, judge_options(options_, probes));
    }
    const Report report = tell(*survey, findings);
    complete_ = report.complete;
    failures_ = what_fails(options_, report);
    return destinations_.render(report,
                                records ? record(std::move(*survey), named) : std::string());
}

Result<> Reporting::show() {
    auto survey = look();
    if (!survey)
        return fail(survey.error());
    Findings findings = judge_now(*survey, judge_live(options_));
    survey->closeups.user_frames = std::move(named_stacks_);
    look::close_up(*survey, findings, sources_);
    Report report = tell(*survey, findings);
    named_stacks_ = worth_keeping(std::move(survey->closeups.user_frames), report.groups.size());
    live_->show(std::move(report));
    return {};
}

} // namespace unfreed
