// SPDX-License-Identifier: BSD-2-Clause
// The JSON report as a value, for forms that carry it within them.
#pragma once

#include "model/report.h"

#include <nlohmann/json.hpp>

namespace unfreed {

// What to_json() writes. All strings are valid UTF-8.
nlohmann::ordered_json to_json_value(const Report& report);
// "frame" of docs/report-schema.json.
nlohmann::ordered_json frame_to_json(const Frame& frame);

} // namespace unfreed
