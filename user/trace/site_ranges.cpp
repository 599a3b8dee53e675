// SPDX-License-Identifier: BSD-2-Clause
#include "trace/site_ranges.h"

namespace unfreed::trace {
namespace {

struct Site {
    const char* function;
    ObjectClass object_class;
};

// net/core/sock.c: sk_prot_alloc() takes the memory; a compiler may put it into its callers.
// fs/dcache.c: __d_alloc() is where every d_alloc*() ends.
constexpr Site kSites[] = {
    {"sk_prot_alloc", ObjectClass::socket}, {"sk_alloc", ObjectClass::socket},
    {"sk_clone_lock", ObjectClass::socket}, {"sk_clone", ObjectClass::socket},
    {"__d_alloc", ObjectClass::dentry},
};

} // namespace

std::vector<bpf::SiteRange> find_site_ranges(const KernelSymbols& symbols) {
    std::vector<bpf::SiteRange> ranges;
    for (const Site& site : kSites)
        for (const AddressRange& range : symbols.ranges_of_prefix_variants(site.function))
            ranges.push_back({range.start, range.end, site.object_class});
    return ranges;
}

AddressRange find_irq_entry(const KernelSymbols& symbols) {
    const auto first = symbols.range_of("asm_common_interrupt");
    if (!first)
        return {};
    // arch/x86/include/asm/idtentry.h declares them in one row.
    AddressRange entry = *first;
    for (;;) {
        const auto next = symbols.find(entry.end);
        if (!next ||
            !(next->name.starts_with("asm_sysvec_") || next->name == "asm_spurious_interrupt"))
            return entry;
        const auto range = symbols.range_of(next->name);
        if (!range || range->end <= entry.end)
            return entry;
        entry.end = range->end;
    }
}

} // namespace unfreed::trace
