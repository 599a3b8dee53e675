// SPDX-License-Identifier: BSD-2-Clause
// Kinds of kernel objects, with the names users see.
#pragma once

#include "abi/classes.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

enum class ObjectClass : std::uint8_t {
#define UF_CLASS(id, name) name = UF_CLASS_##id,
#include "abi/classes.def"
};

// In the order in which a reader wants to hear of them.
inline constexpr std::array kAllClasses{ObjectClass::socket, ObjectClass::dentry,
                                        ObjectClass::slab};

// What the code that serves all classes must know of one.
struct ClassCard {
    ObjectClass object_class;
    std::string_view name;     // in classes.def
    std::string_view singular; // of its objects, in a sentence; empty: the cache says what it is
    std::string_view plural;
    bool in_cache; // comes from a slab cache, or from kmalloc()
    bool is_read;  // single objects are read for a report, and descriptors may hold them
};
const ClassCard& card_of(ObjectClass object_class);

std::string_view to_string(ObjectClass object_class);
// "socket, dentry, slab"
std::string class_names();
std::optional<ObjectClass> class_from_string(std::string_view name);

// Name of one stage bit (enum uf_stage), as in the JSON report: "fd_installed", "released" ...
std::string_view stage_name(std::uint32_t stage_bit);
// Names of the bits that are set, in the order of the life of an object.
std::vector<std::string_view> stage_names(std::uint32_t stages);

} // namespace unfreed
