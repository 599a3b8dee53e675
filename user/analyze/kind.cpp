// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/kind.h"

#include <algorithm>
#include <array>

namespace unfreed {
namespace {

constexpr std::array kRows{
    KindRow{Kind::never_closed, "never-closed", "released", "live", ""},
    KindRow{Kind::closed_still_alive, "closed-still-alive", "destroyed", "live", ""},
    KindRow{Kind::referenced, "referenced", "", "live", ""},
    KindRow{Kind::unused, "unused", "", "live", ""},
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
