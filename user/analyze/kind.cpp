// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/kind.h"

#include <algorithm>
#include <array>

namespace unfreed {
namespace {

constexpr std::array kRows{
    KindRow{Kind::never_closed, "never-closed", "released", "live", ""},
    KindRow{Kind::closed_still_alive, "closed-still-alive", "destroyed", "live", ""},
    KindRow{Kind::open, "open", "", "live", ""},
    KindRow{Kind::pinned, "pinned", "unreferenced", "pinned",
            "no open file, directory in use or mount holds it: look for a dget() without its "
            "dput() in the kernel code that was given this path"},
    KindRow{Kind::kept_by_fs, "kept-by-fs", "", "live",
            "a file of a file system in memory: it stays until it is deleted"},
    KindRow{Kind::negative, "negative", "", "cached", ""},
    KindRow{Kind::negative_flood, "negative-flood", "", "cached",
            "names that do not exist are looked up, ever new ones, and the kernel remembers each: "
            "look for them less often, always under the same name, or in a directory that is "
            "removed afterwards. The kernel takes the memory back when it needs it"},
    KindRow{Kind::unused, "unused", "", "cached", ""},
    KindRow{Kind::unused_growth, "unused-growth", "", "cached",
            "cache of files that exist: the kernel takes it back when it needs the memory; "
            "vm.vfs_cache_pressure above 100 makes it do so sooner"},
    KindRow{Kind::outstanding, "outstanding", "", "live", ""},
};
static_assert(kRows.size() == static_cast<std::size_t>(Kind::count_));

} // namespace

const KindRow& row_of(Kind kind) {
    const auto* const found = std::find_if(kRows.begin(), kRows.end(),
                                           [kind](const KindRow& row) { return row.kind == kind; });
    return found != kRows.end() ? *found : kRows.back();
}

Kind kind_of(const KindInput& input) {
    switch (input.object.slot.object_class) {
    case ObjectClass::socket:
        return socket_kind(input);
    case ObjectClass::dentry:
        return dentry_kind(input);
    case ObjectClass::slab:
        break;
    }
    return Kind::outstanding;
}

Kind kind_released_at_exit(ObjectClass object_class) {
    LiveObject object;
    object.slot.object_class = object_class;
    return kind_of({object, 0, UF_STAGE_MASK, true});
}

} // namespace unfreed
