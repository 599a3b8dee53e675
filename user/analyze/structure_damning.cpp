// SPDX-License-Identifier: BSD-2-Clause
// Of these, one is enough: nothing that could still happen in good order frees them.
#include "analyze/kind.h"
#include "analyze/structure.h"

namespace unfreed {
namespace {

bool is_of_kind(const StructureInput& input, Kind kind) {
    return input.group.kind == row_of(kind).name;
}

// Only where the trace ends with its processes: on a living host a child may have inherited them.
bool outlives(const StructureInput& input) {
    return input.host.mode == TraceMode::run && input.group.outliving != 0 &&
           input.group.object_class == ObjectClass::socket;
}

constexpr StructureRule kRules[] = {
    {"closed-unexplained", Structure::damning,
     "closed, and nothing that can be seen refers to it: only a lost sock_put() leaves that",
     [](const StructureInput& input) { return is_of_kind(input, Kind::closed_unexplained); }},
    {"memory-not-returned", Structure::damning,
     "its memory was still charged when it died, and stays charged to the protocol for ever",
     [](const StructureInput& input) { return is_of_kind(input, Kind::memory_not_returned); }},
    {"cache-destroyed", Structure::damning,
     "its cache was destroyed with it in it, so nothing can free it (kmem_cache_destroy)",
     [](const StructureInput& input) { return input.group.cache_destroyed; }},
    {"outlives-its-process", Structure::damning,
     "its process has ended, and do_exit() had closed all that it had open", outlives},
};

} // namespace

std::span<const StructureRule> damning_rules() {
    return kRules;
}

} // namespace unfreed
