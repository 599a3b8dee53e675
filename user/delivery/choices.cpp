// SPDX-License-Identifier: BSD-2-Clause
#include "delivery/choices.h"

#include "base/log.h"
#include "report/known_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace unfreed {

JudgeOptions judge_options(const Options& options, bool members) {
    JudgeOptions judge;
    judge.top = options.top;
    judge.every_group = wants_every_group(options);
    judge.objects_per_group = options.objects_per_group;
    judge.lists_objects = lists_objects(options);
    // Behind rows that are hidden others are the first ones.
    judge.lists_objects_of_every = judge.lists_objects && options.known.hides();
    judge.members = members;
    return judge;
}

JudgeOptions judge_everything(const Options& options, bool members) {
    JudgeOptions judge;
    judge.top = std::numeric_limits<std::size_t>::max();
    judge.every_group = true;
    judge.objects_per_group = options.objects_per_group;
    judge.lists_objects = true;
    judge.lists_objects_of_every = true;
    judge.members = members;
    return judge;
}

JudgeOptions judge_live(const Options& options) {
    JudgeOptions judge;
    judge.top = options.top;
    judge.every_group = true;
    judge.lists_objects = false;
    return judge;
}

std::vector<std::string> what_fails(const Options& options, const Report& report) {
    std::vector<std::string> failures;
    for (const FailCondition& condition : options.fail_on)
        if (auto met = condition.met_by(report))
            failures.push_back("the report has what it must not, --fail-on " + *met);
    for (const SuppressionUse& rule : report.suppressions)
        if (rule.state == SuppressionState::over_max)
            failures.push_back(fmt::format("the suppression {} is not heeded: {}",
                                           rule_phrase(rule), over_max_phrase(rule)));
    return failures;
}

int exit_status(const std::vector<std::string>& failures, bool complete) {
    for (const std::string& failure : failures)
        log::error(failure);
    if (!failures.empty())
        return 3;
    return complete ? 0 : 4;
}

void select_groups(const Options& options, Report& report) {
    const auto among = [](const auto& wanted, auto value) {
        return std::find(wanted.begin(), wanted.end(), value) != wanted.end();
    };
    std::erase_if(report.groups, [&](const Group& group) {
        return !among(options.classes, group.object_class) ||
               (!options.verdicts.empty() && !among(options.verdicts, group.verdict));
    });
}

} // namespace unfreed
