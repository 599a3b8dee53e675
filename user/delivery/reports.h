// SPDX-License-Identifier: BSD-2-Clause
// Reports from files: recordings, and what --format json wrote.
#pragma once

#include "base/result.h"
#include "model/report.h"
#include "survey/survey.h"

#include <string>

namespace unfreed {

Result<Survey> read_recording(const std::string& path);

// Of either kind, with all groups that the file has. Of a recording it is judged by today's rules;
// of JSON it has what a comparison needs.
Result<Report> read_report(const std::string& path);

} // namespace unfreed
