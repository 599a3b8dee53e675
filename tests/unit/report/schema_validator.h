// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace unfreed::testing {

// Checks value against the part of JSON Schema that docs/report-schema.json uses: $ref into the
// same document, type, enum, required, properties, additionalProperties (a schema), items. Stricter
// than the standard in one point, so that schema and writer cannot drift apart: a property that the
// schema does not name is an error. Gives one sentence for each error; empty: valid. A keyword that
// is not known is an error too.
std::vector<std::string> validate(const nlohmann::json& schema, const nlohmann::json& value);

} // namespace unfreed::testing
