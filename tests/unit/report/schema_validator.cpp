// SPDX-License-Identifier: BSD-2-Clause
#include "schema_validator.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace unfreed::testing {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 12> kKeywords{
    "$schema", "$comment", "$defs",      "$ref",  "title", "description",
    "type",    "required", "properties", "items", "enum",  "additionalProperties"};

bool has_type(const json& value, const std::string& type) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "null" && value.is_null()) ||
           (type == "boolean" && value.is_boolean()) || (type == "number" && value.is_number()) ||
           (type == "integer" && value.is_number_integer());
}

class Validator {
  public:
    explicit Validator(const json& root) : root_(root) {}

    void check(const json& schema, const json& value, const std::string& where) {
        for (const auto& [keyword, unused] : schema.items())
            if (std::find(kKeywords.begin(), kKeywords.end(), keyword) == kKeywords.end())
                error(where, "the schema has the unknown keyword " + keyword);
        if (schema.contains("$ref")) {
            const std::string target = schema["$ref"].get<std::string>().substr(1); // without #
            check(root_.at(json::json_pointer(target)), value, where);
            return;
        }
        check_type(schema, value, where);
        if (schema.contains("enum")) {
            const json& allowed = schema["enum"];
            if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
                error(where, value.dump() + " is not one of " + allowed.dump());
        }
        if (value.is_object())
            check_properties(schema, value, where);
        if (value.is_array() && schema.contains("items"))
            for (std::size_t i = 0; i < value.size(); ++i)
                check(schema["items"], value[i], where + "/" + std::to_string(i));
    }

    std::vector<std::string> errors;

  private:
    void check_type(const json& schema, const json& value, const std::string& where) {
        if (!schema.contains("type"))
            return;
        const json types =
            schema["type"].is_array() ? schema["type"] : json::array({schema["type"]});
        const bool fits = std::any_of(types.begin(), types.end(), [&value](const json& type) {
            return has_type(value, type.get<std::string>());
        });
        if (!fits)
            error(where, value.dump() + " is not of type " + types.dump());
    }

    void check_properties(const json& schema, const json& value, const std::string& where) {
        for (const json& name : schema.value("required", json::array()))
            if (!value.contains(name.get<std::string>()))
                error(where, "misses " + name.dump());
        const json properties = schema.value("properties", json::object());
        for (const auto& [name, member] : value.items()) {
            if (properties.contains(name))
                check(properties[name], member, where + "/" + name);
            else if (schema.contains("additionalProperties"))
                check(schema["additionalProperties"], member, where + "/" + name);
            else
                error(where, "the schema does not know \"" + name + "\"");
        }
    }

    void error(const std::string& where, const std::string& what) {
        errors.push_back((where.empty() ? "/" : where) + ": " + what);
    }

    const json& root_;
};

} // namespace

std::vector<std::string> validate(const nlohmann::json& schema, const nlohmann::json& value) {
    Validator validator(schema);
    validator.check(schema, value, "");
    return validator.errors;
}

} // namespace unfreed::testing
