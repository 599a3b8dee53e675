// SPDX-License-Identifier: BSD-2-Clause
// What was known before, in the JSON report.
#pragma once

#include "model/report.h"

#include <nlohmann/json.hpp>

namespace unfreed {

// null: there are no rules.
nlohmann::ordered_json suppressions_to_json(const Report& report);
// null: there is none.
nlohmann::ordered_json baseline_to_json(const Report& report);

} // namespace unfreed
