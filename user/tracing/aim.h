// SPDX-License-Identifier: BSD-2-Clause
// From the names that the user aims at (--cache, --site, --comm, --cgroup) to what the kernel side
// compares. A name that this host does not know is an error: a trace that can find nothing would
// look like a host without a leak.
#pragma once

#include "base/result.h"
#include "bpf/aim.h"
#include "kernel_counts/slab_names.h"
#include "model/aim.h"
#include "model/object_class.h"
#include "symbolize/kernel_symbols.h"

#include <string>
#include <vector>

namespace unfreed {

// What this host has: slabinfo and the names that /sys/kernel/slab has beside.
struct KnownCaches {
    SlabInfo slabs;
    SlabNames::Links links;
};

// Every name by which the kernel may know these caches: merged ones have the name of the first.
// Fails with usage for a name that is none.
Result<> aim_at_caches(const std::vector<std::string>& names, const KnownCaches& known,
                       bpf::Aim& into);
// "kmalloc-cg-1k", "kmalloc-1024": 1024. 0: no kmalloc cache.
std::uint32_t kmalloc_size(std::string_view name);
// Fails with usage for a function that is not in the symbol table.
Result<> aim_at_sites(const std::vector<std::string>& functions, const KernelSymbols& symbols,
                      bpf::Aim& into);
// root: where the v2 hierarchy is mounted.
Result<> aim_at_cgroups(const std::vector<std::string>& paths, const std::string& root,
                        bpf::Aim& into);

// Of these classes, those that the aim can mean: what comes from no slab cache is none. Fails with
// usage if that was asked for by name.
Result<std::vector<ObjectClass>> classes_aimed_at(const std::vector<ObjectClass>& classes,
                                                  bool asked, const AimNames& names);

// All of them, on this host.
Result<bpf::Aim> resolve_aim(const AimNames& names, const KernelSymbols& symbols);

} // namespace unfreed
