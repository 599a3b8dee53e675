// SPDX-License-Identifier: BSD-2-Clause
// `unfreed report FILE`: judges and tells what another trace has recorded. Needs no privilege.
#include "cli/commands.h"
#include "cli/version.h"
#include "delivery/choices.h"
#include "delivery/delivery.h"
#include "delivery/destinations.h"
#include "delivery/known_rules.h"
#include "delivery/reports.h"
#include "judgement/judge.h"
#include "judgement/write_up.h"

#include <malloc.h>

#include <climits>
#include <utility>

namespace unfreed::cli {
namespace {

// A large recording becomes some hundred megabytes twice. What was freed is used again rather than
// given back: a page costs most when it is touched for the first time.
void keep_freed_memory() {
#ifdef __GLIBC__
    ::mallopt(M_TRIM_THRESHOLD, INT_MAX);
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    ::mallopt(M_TOP_PAD, 16 << 20);
#endif
}

// The survey is gone before the report is written.
Report report_of(Survey survey, const Options& options) {
    survey.tool = {kVersion, kBuild};
    const bool members = survey.closeups.reclaimed.has_value();
    Report report = write_up(survey, judge(survey, judge_options(options, members)));
    show_addresses(report, survey.addresses);
    select_groups(options, report);
    return report;
}

} // namespace

Result<int> run_report(const Options& given) {
    keep_freed_memory();
    auto survey = read_recording(given.recording);
    if (!survey)
        return fail(survey.error());
    Options options = given;
    if (!options.top_given)
        options.top = survey->asked.top;
    options.objects_per_group = survey->asked.objects_per_group;
    auto destinations = Destinations::open(options);
    if (!destinations)
        return fail(destinations.error());
    auto known = KnownRules::read(options.known);
    if (!known)
        return fail(known.error());
    Report report = report_of(std::move(*survey), options);
    known->apply(report);
    Delivery delivery(*destinations, [&]() -> Result<std::vector<std::string>> {
        return destinations->render(report);
    });
    delivery.last();
    if (delivery.failed())
        return 1;
    return exit_status(what_fails(options, report), report.complete);
}

} // namespace unfreed::cli
