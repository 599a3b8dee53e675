// SPDX-License-Identifier: BSD-2-Clause
// What the user asked a report to be, as far as judging and telling depend on it.
#pragma once

#include "analyze/options.h"
#include "model/object_class.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace unfreed {

struct ReportOptions {
    TraceMode mode = TraceMode::host;
    std::vector<ObjectClass> classes;
    std::vector<std::string> command;
    std::uint64_t min_age_ns = 0;
    std::uint32_t asked_one_in = 1; // --sample
    bool always_walk = false;       // --stacks
    std::size_t top = 20;           // rows for a reader
    bool every_group = false;       // a form of the report needs those beyond `top`, too
    std::size_t objects_per_group = 3;
    bool lists_objects = true; // a form of the report does
    bool probe_reclaim = false;
};

bool wants(const ReportOptions& options, ObjectClass object_class);

} // namespace unfreed
