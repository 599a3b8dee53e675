// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace unfreed {

struct JsonMember {
    const char* name;
    mutable nlohmann::ordered_json value; // elements of an initializer list are constants
};

// The same as JSON's own lists of members, for objects of which there are many: those make an array
// of each member, copy it, and look for its name among the others.
inline nlohmann::ordered_json object_of(std::initializer_list<JsonMember> members) {
    nlohmann::ordered_json::object_t object;
    object.reserve(members.size());
    std::vector<std::pair<const std::string, nlohmann::ordered_json>>& list = object;
    for (const JsonMember& member : members)
        list.emplace_back(member.name, std::move(member.value));
    return object;
}

} // namespace unfreed
