// SPDX-License-Identifier: BSD-2-Clause
#include "report/json_known.h"

#include "base/utf8.h"

namespace unfreed {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& value) {
    return value.empty() ? Json() : Json(escape_invalid_utf8(value));
}

Json number_or_null(const std::optional<std::uint64_t>& value) {
    return value ? Json(*value) : Json();
}

} // namespace

Json suppressions_to_json(const Report& report) {
    if (report.suppressions.empty())
        return nullptr;
    Json rules = Json::array();
    for (const SuppressionUse& rule : report.suppressions)
        rules.push_back({{"name", escape_invalid_utf8(rule.name)},
                         {"file", escape_invalid_utf8(rule.file)},
                         {"line", rule.line},
                         {"reason", text_or_null(rule.reason)},
                         {"expires", text_or_null(rule.expires)},
                         {"max_objects", number_or_null(rule.max_objects)},
                         {"max_bytes", number_or_null(rule.max_bytes)},
                         {"state", std::string(to_string(rule.state))},
                         {"groups", rule.groups},
                         {"objects", rule.objects},
                         {"bytes", rule.bytes}});
    return rules;
}

nlohmann::ordered_json baseline_to_json(const Report& report) {
    if (!report.baseline)
        return nullptr;
    const BaselineUse& use = *report.baseline;
    return {{"file", escape_invalid_utf8(use.file)},
            {"started_at", escape_invalid_utf8(use.started_at)},
            {"groups", use.groups},
            {"objects", use.objects},
            {"not_in_file", use.not_in_file}};
}

} // namespace unfreed
