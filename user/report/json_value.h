// SPDX-License-Identifier: BSD-2-Clause
// The JSON report as a value, for forms that carry it within them.
#pragma once

#include "model/report.h"

#include <nlohmann/json.hpp>

namespace unfreed {

// What to_json() writes, in two parts, since groups are many: all but the groups, in whose place is
// an empty list; and a group, with an empty kernel_stack and user_stack. All strings are valid
// UTF-8.
inline constexpr const char* kGroups = "groups";
nlohmann::ordered_json report_without_groups(const Report& report);
nlohmann::ordered_json group_without_stacks(const Group& group);
// "frame" of docs/report-schema.json.
nlohmann::ordered_json frame_to_json(const Frame& frame);

} // namespace unfreed
