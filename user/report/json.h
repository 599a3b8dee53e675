// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"

#include <string>

namespace unfreed {

// The report as JSON, format "unfreed-report/1" (docs/report-schema.json), indented by two blanks,
// with a line end. Keys come in a fixed order, so equal reports give equal bytes. Unknown numbers
// are null; unknown strings are empty (null only command, missing_stage and pattern). Addresses
// are strings ("0xffff8881..."): as numbers most JSON readers would round them. Never fails: bytes
// that are no UTF-8 are escaped as \x80.
std::string to_json(const Report& report);

} // namespace unfreed
