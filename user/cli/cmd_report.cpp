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

namespace unfreed::cli {
Result<int> run_report(const Options& given) {
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
    survey->tool = {kVersion, kBuild};
    const bool members = survey->closeups.reclaimed.has_value();
    Report report = write_up(*survey, judge(*survey, judge_options(options, members)));
    show_addresses(report, survey->addresses);
    select_groups(options, report);
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
