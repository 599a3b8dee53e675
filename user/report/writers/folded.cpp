// SPDX-License-Identifier: BSD-2-Clause
#include "report/folded.h"

#include "report/writer.h"

namespace unfreed {

extern const Writer folded_writer;
const Writer folded_writer{
    "folded", "stacks with their number of objects, for a flame graph",
    [](const Report& report, const Sheet&) {
        return to_folded(report, [](const Group& group) { return std::optional(group.count); });
    },
    true};

} // namespace unfreed
