// SPDX-License-Identifier: BSD-2-Clause
#include "survey/wire.h"

namespace unfreed::wire {

void Budget::take(std::size_t bytes) {
    if (bytes > left_)
        throw Refused("more than a recording may hold");
    left_ -= bytes;
}

} // namespace unfreed::wire
