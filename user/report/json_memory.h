// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/memory.h"

#include <nlohmann/json.hpp>
#include <optional>

namespace unfreed {

// "memory" of docs/report-schema.json; null: not known.
nlohmann::ordered_json memory_to_json(const std::optional<MemoryChange>& change);

} // namespace unfreed
