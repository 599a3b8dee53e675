// SPDX-License-Identifier: BSD-2-Clause
#include "report/json.h"

#include "report/top_rows.h"
#include "report/writer.h"

namespace unfreed {

extern const Writer json_writer;
const Writer json_writer{"json", "all of it, for programs (docs/report-schema.json)",
                         [](const Report& report, const Sheet& sheet) {
                             return to_json(TopRows(report, sheet.top).report());
                         }};

} // namespace unfreed
