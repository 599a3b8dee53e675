// SPDX-License-Identifier: BSD-2-Clause
// From the command line to what is attached for it.
#pragma once

#include "base/result.h"
#include "bpf/attach_plan.h"
#include "bpf/features.h"
#include "bpf/kernel_types.h"
#include "options/options.h"
#include "symbolize/kallsyms.h"

namespace unfreed {

// What this host permits, less what --without forbids. Fails where it permits too little, with what
// to do about it.
Result<bpf::KernelFeatures> find_features(const Options& options, const bpf::KernelTypes& types);

// Fails with usage for a name that this host does not have.
Result<bpf::TraceRequest> make_request(const Options& options, const Kallsyms& symbols);

} // namespace unfreed
