// SPDX-License-Identifier: BSD-2-Clause
// Which step of a socket's end never happened.
#include "analyze/kind.h"

namespace unfreed {

Kind socket_kind(const KindInput& input) {
    if (!(input.visible & UF_STAGE_RELEASED) && !input.held_to_the_end)
        return Kind::outstanding;
    const bool released = (input.stages & UF_STAGE_RELEASED) && !input.held_to_the_end;
    return released ? Kind::closed_still_alive : Kind::never_closed;
}

} // namespace unfreed
