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
                                        ObjectClass::percpu, ObjectClass::vmalloc,
                                        ObjectClass::slab};

// What the code that serves all classes must know of one.
struct ClassCard {
    ObjectClass object_class;
    std::string_view name; // in classes.def
    // Of its objects, in a sentence and in a table; empty: the cache says what they are.
    std::string_view singular = {};
    std::string_view plural = {};
    std::string_view label = {};
    bool in_cache = false; // comes from a slab cache, or from kmalloc()
    bool is_read = false;  // single objects are read for a report, and descriptors may hold them
    // A kernel may not show them: then a trace of all classes goes without, and says so.
    bool is_optional = false;
    std::uint32_t size_unit = 1; // bytes: sizes of the kernel side are multiples of it
};
const ClassCard& card_of(ObjectClass object_class);

std::string_view to_string(ObjectClass object_class);
// Where things are counted by slab cache, in the place of its name: "(percpu)".
std::string cacheless_name(ObjectClass object_class);
// "socket, dentry, percpu, vmalloc, slab"
std::string class_names();
std::optional<ObjectClass> class_from_string(std::string_view name);

// Name of one stage bit (enum uf_stage), as in the JSON report: "fd_installed", "released" ...
std::string_view stage_name(std::uint32_t stage_bit);
// Names of the bits that are set, in the order of the life of an object.
std::vector<std::string_view> stage_names(std::uint32_t stages);

} // namespace unfreed
