// SPDX-License-Identifier: BSD-2-Clause
// Kinds of kernel objects, with the names users see.
#pragma once

#include "abi/classes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

enum class ObjectClass : std::uint8_t {
#define UF_CLASS(id, name, of_cache) name = UF_CLASS_##id,
#include "abi/classes.def"
};

// In the order in which a reader wants to hear of them: slab, which is all the rest, is the last.
inline constexpr auto kAllClasses = [] {
    std::array<ObjectClass, UF_CLASS_COUNT - 1> all{};
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
        all[i] = static_cast<ObjectClass>(UF_CLASS_SLAB + 1 + i);
    all.back() = ObjectClass::slab;
    return all;
}();

// They come from slab caches, or from kmalloc().
constexpr bool is_of_cache(ObjectClass object_class) {
    return (UF_CLASSES_OF_CACHES >> static_cast<unsigned>(object_class) & 1) != 0;
}

// What the code that serves all classes must know of one.
struct ClassCard {
    ObjectClass object_class;
    std::string_view name; // in classes.def
    // Of its objects, in a sentence and in a table; empty: the cache says what they are.
    std::string_view singular = {};
    std::string_view plural = {};
    std::string_view label = {};
    bool is_read = false; // single objects are read for a report, and descriptors may hold them
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
