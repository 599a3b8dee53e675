// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/structure.h"

#include <algorithm>
#include <array>

namespace unfreed {
namespace {

constexpr std::string_view kAllocator[] = {
    "kmem_cache_alloc", "__kmem_cache_alloc",
    "kmalloc",          "__kmalloc",
    "__do_kmalloc",     "slab_",
    "__slab_",          "___slab",
    "kvmalloc",         "__kvmalloc",
    "pcpu_alloc",       "__alloc_percpu",
};

std::string_view without_suffix(std::string_view function) {
    return function.substr(0, function.find('.'));
}

} // namespace

bool made_in(const StructureInput& input, std::span<const std::string_view> functions) {
    return std::any_of(input.functions.begin(), input.functions.end(),
                       [&](const std::string& frame) {
                           return std::find(functions.begin(), functions.end(),
                                            without_suffix(frame)) != functions.end();
                       });
}

std::string_view maker(std::span<const std::string> functions) {
    const auto found =
        std::find_if(functions.begin(), functions.end(), [](const std::string& frame) {
            return !frame.empty() &&
                   std::none_of(std::begin(kAllocator), std::end(kAllocator),
                                [&](std::string_view prefix) { return frame.starts_with(prefix); });
        });
    return found == functions.end() ? std::string_view() : without_suffix(*found);
}

const StructureRule* structure_rule(const StructureInput& input) {
    // What is inside an allocation of something else comes first: the list that the allocator keeps
    // of a slab of buffer heads is no buffer head. What is damning in spite of all the rest as
    // well.
    const std::array lists{damning_rules(), allocator_rules(), reclaim_rules(), pool_rules(),
                           use_rules()};
    for (std::span<const StructureRule> rules : lists) {
        const auto rule = std::find_if(rules.begin(), rules.end(),
                                       [&](const StructureRule& one) { return one.holds(input); });
        if (rule != rules.end())
            return &*rule;
    }
    return nullptr;
}

StructureFinding structure_of(const StructureInput& input) {
    const StructureRule* const rule = structure_rule(input);
    return rule ? StructureFinding{rule->structure, std::string(rule->reason)} : StructureFinding{};
}

} // namespace unfreed
