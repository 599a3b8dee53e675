// SPDX-License-Identifier: BSD-2-Clause
// The reading act of a report: all reading, all waiting. Out comes a Survey, a plain value.
#pragma once

#include "base/result.h"
#include "judgement/findings.h"
#include "look/sources.h"
#include "survey/survey.h"

namespace unfreed::look {

Result<Survey> look(const Sources& sources, const Known& known);

// Reads what the rows that are shown need besides: names of user stacks, details of objects, paths.
// probe_reclaim: and at last, what of the dentries the kernel can take back.
void close_up(Survey& survey, const Findings& findings, const Sources& sources,
              bool probe_reclaim = false);

} // namespace unfreed::look
