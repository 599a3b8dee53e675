// SPDX-License-Identifier: BSD-2-Clause
#include "judgement/report_options.h"

#include <algorithm>

namespace unfreed {

bool wants(const ReportOptions& options, ObjectClass object_class) {
    return std::find(options.classes.begin(), options.classes.end(), object_class) !=
           options.classes.end();
}

} // namespace unfreed
