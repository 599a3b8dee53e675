// SPDX-License-Identifier: BSD-2-Clause
#include "survey/survey.h"

#include <algorithm>

namespace unfreed {

bool wants(const TraceFacts& trace, ObjectClass object_class) {
    return std::find(trace.classes.begin(), trace.classes.end(), object_class) !=
           trace.classes.end();
}

} // namespace unfreed
