// SPDX-License-Identifier: BSD-2-Clause
// Whether a dentry is held, or only cached.
#include "analyze/kind.h"

namespace unfreed {

Kind dentry_kind(const KindInput& input) {
    if (!(input.visible & UF_STAGE_UNREFERENCED) && !input.held_to_the_end)
        return Kind::outstanding;
    const bool unreferenced = (input.stages & UF_STAGE_UNREFERENCED) && !input.held_to_the_end;
    return unreferenced ? Kind::unused : Kind::referenced;
}

} // namespace unfreed
