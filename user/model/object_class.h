// SPDX-License-Identifier: BSD-2-Clause
// Kinds of kernel objects, with the names users see.
#pragma once

#include "abi/classes.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace unfreed {

enum class ObjectClass : std::uint8_t {
    slab = UF_CLASS_SLAB,
    socket = UF_CLASS_SOCKET,
    dentry = UF_CLASS_DENTRY,
};

inline constexpr std::array kAllClasses{ObjectClass::socket, ObjectClass::dentry,
                                        ObjectClass::slab};

std::string_view to_string(ObjectClass object_class);
std::optional<ObjectClass> class_from_string(std::string_view name);

// Name of one stage bit (enum uf_stage), as in the JSON report: "fd_installed", "released" ...
std::string_view stage_name(std::uint32_t stage_bit);
// Names of the bits that are set, in the order of the life of an object.
std::vector<std::string_view> stage_names(std::uint32_t stages);

} // namespace unfreed
