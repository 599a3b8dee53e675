// SPDX-License-Identifier: BSD-2-Clause
// The report of what was judged, with its names and details. Pure.
#pragma once

#include "judgement/findings.h"
#include "model/report.h"
#include "survey/survey.h"

namespace unfreed {

// `findings`: of this survey. Addresses are those of the survey (show_addresses()).
Report write_up(const Survey& survey, const Findings& findings);

// Puts what stands for them in the place of all addresses of the kernel, where the survey says so.
void show_addresses(Report& report, const AddressPolicy& addresses);

} // namespace unfreed
