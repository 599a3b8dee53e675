// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "judgement/findings.h"
#include "judgement/judge_options.h"
#include "survey/survey.h"

namespace unfreed {

// From what was seen to what is said of it: pure, the same survey gives the same findings.
Findings judge(const Survey& survey, const JudgeOptions& options);

} // namespace unfreed
