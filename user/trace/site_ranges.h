// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "bpf/attach_plan.h"
#include "symbolize/kernel_symbols.h"

#include <vector>

namespace unfreed::trace {

// The kernel functions in which sockets and dentries are allocated: a slab birth called from one of
// them is such an object, whatever the name of its cache says. Empty when symbols are hidden.
std::vector<bpf::SiteRange> find_site_ranges(const KernelSymbols& symbols);

// Where the kernel's code that enters device interrupts and IPIs lies (x86-64: asm_common_interrupt
// and the asm_sysvec_* behind it). Empty on other architectures or when symbols are hidden.
AddressRange find_irq_entry(const KernelSymbols& symbols);

} // namespace unfreed::trace
