// SPDX-License-Identifier: BSD-2-Clause
// What the options say of a report that was looked at, whether just now or in a recording.
#pragma once

#include "judgement/judge_options.h"
#include "model/report.h"
#include "options/options.h"

#include <string>
#include <vector>

namespace unfreed {

JudgeOptions judge_options(const Options& options, bool members);
// All that any report can show.
JudgeOptions judge_everything(const Options& options, bool members);

// Of the live view: every row, and no objects.
JudgeOptions judge_live(const Options& options);

// Conditions of --fail-on that the report meets, and suppressions that are over their max, as
// sentences.
std::vector<std::string> what_fails(const Options& options, const Report& report);

// The exit status that the report is worth; what fails is told.
int exit_status(const std::vector<std::string>& failures, bool complete);

// Leaves the groups of --class and --verdict.
void select_groups(const Options& options, Report& report);

} // namespace unfreed
