// SPDX-License-Identifier: BSD-2-Clause
// The places of the kernel whose slab births are of another class, as the kernel side reads them.
#pragma once

#include "abi/config.h"
#include "bpf/attach_plan.h"

namespace unfreed::bpf {

// Enters the sites of the wanted classes into a configuration that has none. How many had no room?
std::uint64_t fill_sites(uf_config& config, const TraceRequest& request);

} // namespace unfreed::bpf
