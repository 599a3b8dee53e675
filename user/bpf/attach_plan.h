// SPDX-License-Identifier: BSD-2-Clause
// Which hooks a trace wants and which programs are loaded for them.
#pragma once

#include "bpf/aim.h"
#include "bpf/hook_table.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace unfreed::bpf {

// A range of kernel text whose allocations are of a class (abi/config.h).
struct SiteRange {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    ObjectClass object_class = ObjectClass::slab;
};

// What the user asked to trace, in the terms of the kernel side.
struct TraceRequest {
    std::vector<ObjectClass> classes;
    bool classes_asked = false; // by name: each of them has to be followed, or the trace fails
    bool only_targets = false;  // follow chosen processes only
    bool follow_children = false;
    bool always_walk = true;
    std::uint32_t max_objects = 0;
    std::uint32_t one_in = 1;     // follow one object in so many
    bool may_thin = true;         // and fewer, when the table fills up
    std::uint32_t ring_bytes = 0; // power of two; 0: default
    unsigned copies = 0;          // 0: as many as this kernel needs
    std::vector<SiteRange> sites; // of sockets and dentries, from the symbol table
    Aim aim;
    // Entry code of interrupts (x86), to tell them from the process they interrupt; 0: unknown.
    // Functions that put works into queues late (abi/config.h); 0: unknown.
    std::uint64_t delayed_work_timer = 0;
    std::uint64_t rcu_work_callback = 0;
    // Addresses of variables (abi/config.h); 0: unknown.
    std::uint64_t vmemmap_base = 0;
    std::uint64_t page_offset_base = 0;
    std::uint64_t irq_entry_start = 0;
    std::uint64_t irq_entry_end = 0;

    Edition edition = Edition::current; // of the BPF side, which the kernel decides

    bool wants(ObjectClass object_class) const;
};

struct HookPlan {
    uf_hook hook;
    std::vector<Variant> variants;    // to load, best first; empty: cannot be served
    std::vector<std::string> reasons; // why better or other variants were left out
};

struct AttachPlan {
    // Sockets and dentries are born and die in the slab tracepoints: because slab objects are
    // wanted as well, the trace is aimed at caches or call sites, or because no function can be
    // hooked.
    bool kmem_births = false;
    std::vector<HookPlan> hooks;

    const HookPlan* find(uf_hook hook) const;
};

// `has_function` tells whether the kernel has a function of that name (in its BTF). `force_kmem`
// overrules the functions: the second try when a function hook turned out silent. Error: a wanted
// class cannot be followed at all.
Result<AttachPlan> make_plan(const TraceRequest& request, const KernelFeatures& features,
                             const std::map<std::string, bool>& has_function, bool force_kmem);

// Functions that make_plan asks about, sorted.
std::vector<std::string> functions_of_interest();

} // namespace unfreed::bpf
