// SPDX-License-Identifier: BSD-2-Clause
// The reading act of a report: all reading, all waiting. Out comes a Survey, a plain value.
#pragma once

#include "base/result.h"
#include "judgement/findings.h"
#include "look/sources.h"
#include "survey/survey.h"

#include <cstddef>
#include <functional>

namespace unfreed::look {

// Hears of each step before it is taken: its name (steps.h), and which one of how many it is.
using OnStep = std::function<void(const char* name, std::size_t number, std::size_t of)>;

Result<Survey> look(const Sources& sources, const Known& known, const OnStep& on_step = {});

// Reads what the rows that are shown need besides: names of user stacks, details of objects, paths.
// probe_reclaim: and at last, what of the dentries the kernel can take back. What the survey knows
// already is not read again.
void close_up(Survey& survey, const Findings& findings, const Sources& sources,
              bool probe_reclaim = false);

} // namespace unfreed::look
