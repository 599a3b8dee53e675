// SPDX-License-Identifier: BSD-2-Clause
#include "report/text.h"

#include "report/top_rows.h"
#include "report/writer.h"

namespace unfreed {

extern const Writer text_writer;
const Writer text_writer{"text", "for a person", [](const Report& report, const Sheet& sheet) {
                             return to_text(
                                 TopRows(report, sheet.top).report(),
                                 {.width = sheet.width, .color = sheet.color, .all = sheet.all});
                         }};

} // namespace unfreed
