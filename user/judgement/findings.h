// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel_counts/slab_names.h"
#include "model/analysis.h"
#include "model/report.h"

#include <optional>
#include <vector>

namespace unfreed {

// What is said of a survey, before it has details.
struct Findings {
    AnalyzedGroups analyzed;
    std::vector<Coverage> coverage;
    SlabNames names;
    std::optional<DentryOverview> dentries;
    std::optional<SocketSection> pre_attach_sockets; // without details
    std::optional<SocketSection> hidden_sockets;
};

} // namespace unfreed
