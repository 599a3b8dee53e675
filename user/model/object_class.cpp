// SPDX-License-Identifier: BSD-2-Clause
#include "model/object_class.h"

namespace unfreed {
namespace {

constexpr ClassCard kNone{.object_class = ObjectClass{},
                          .name = "unknown",
                          .singular = "object",
                          .plural = "objects",
                          .label = "object"};

// By their numbers.
constexpr std::array kCards{
    ClassCard{.object_class = ObjectClass::slab, .name = "slab"},
    ClassCard{.object_class = ObjectClass::socket,
              .name = "socket",
              .singular = "socket",
              .plural = "sockets",
              .label = "socket",
              .is_read = true},
    ClassCard{.object_class = ObjectClass::dentry,
              .name = "dentry",
              .singular = "dentry",
              .plural = "dentries",
              .label = "dentry",
              .is_read = true},
    ClassCard{.object_class = ObjectClass::percpu,
              .name = "percpu",
              .singular = "per-CPU allocation",
              .plural = "per-CPU allocations",
              .label = "per-CPU memory",
              .is_optional = true},
    ClassCard{.object_class = ObjectClass::vmalloc,
              .name = "vmalloc",
              .singular = "vmalloc area",
              .plural = "vmalloc areas",
              .label = "vmalloc area",
              .is_optional = true,
              .size_unit = UF_VMALLOC_UNIT},
};
static_assert(kCards.size() == UF_CLASS_COUNT - 1 && kAllClasses.size() == kCards.size());

struct StageName {
    std::uint32_t bit;
    std::string_view name;
};

constexpr std::array kStageNames{
    StageName{UF_STAGE_FD_INSTALLED, "fd_installed"},
    StageName{UF_STAGE_ACCEPTED, "accepted"},
    StageName{UF_STAGE_SHUTDOWN, "shutdown"},
    StageName{UF_STAGE_HELD_AT_EXIT, "held_at_exit"},
    StageName{UF_STAGE_RELEASED, "released"},
    StageName{UF_STAGE_TCP_CLOSE, "tcp_close"},
    StageName{UF_STAGE_DESTROYED, "destroyed"},
    StageName{UF_STAGE_QUEUES_KILLED, "queues_killed"},
    StageName{UF_STAGE_MEM_HELD, "memory_held"},
    StageName{UF_STAGE_UNREFERENCED, "unreferenced"},
    StageName{UF_STAGE_LAST_DPUT, "last_dput"},
    StageName{UF_STAGE_RCU_PENDING, "rcu_pending"},
};

} // namespace

const ClassCard& card_of(ObjectClass object_class) {
    const std::size_t at = static_cast<std::size_t>(object_class) - 1;
    return at < kCards.size() ? kCards[at] : kNone;
}

std::string_view to_string(ObjectClass object_class) {
    return card_of(object_class).name;
}

std::string cacheless_name(ObjectClass object_class) {
    return std::string("(").append(to_string(object_class)).append(")");
}

std::string class_names() {
    std::string names;
    for (ObjectClass object_class : kAllClasses)
        names.append(names.empty() ? "" : ", ").append(to_string(object_class));
    return names;
}

std::optional<ObjectClass> class_from_string(std::string_view name) {
    for (ObjectClass object_class : kAllClasses)
        if (to_string(object_class) == name)
            return object_class;
    return std::nullopt;
}

std::string_view stage_name(std::uint32_t stage_bit) {
    for (const StageName& entry : kStageNames)
        if (entry.bit == stage_bit)
            return entry.name;
    return "unknown";
}

std::vector<std::string_view> stage_names(std::uint32_t stages) {
    std::vector<std::string_view> names;
    for (const StageName& entry : kStageNames)
        if (stages & entry.bit)
            names.push_back(entry.name);
    return names;
}

} // namespace unfreed
