// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "survey/survey.h"

namespace unfreed {

// Is a survey that was read somewhere one that looking could have made, as far as judging relies on
// it? Errors: malformed.
Result<> check(const Survey& survey);

} // namespace unfreed
