// SPDX-License-Identifier: BSD-2-Clause
#include "report/folded.h"
#include "report/writer.h"

namespace unfreed {

extern const Writer folded_bytes_writer;
const Writer folded_bytes_writer{"folded-bytes", "the same with their bytes, where these are known",
                                 [](const Report& report, const Sheet&) {
                                     return to_folded(
                                         report, [](const Group& group) { return group.bytes; });
                                 },
                                 true};

} // namespace unfreed
