// SPDX-License-Identifier: BSD-2-Clause
#include "judgement/dentry_overview.h"

#include "analyze/kind.h"

namespace unfreed {
namespace {

bool is_inode_cache(std::string_view name) {
    return name.ends_with("inode_cache") || name.ends_with("_inode") ||
           name.ends_with("_inode_info");
}

} // namespace

KernelDentries kernel_dentries(const KernelCounts& counts) {
    KernelDentries kernel;
    if (counts.dentries) {
        kernel.total = counts.dentries->dentries;
        kernel.unused = counts.dentries->unused;
        kernel.negative = counts.dentries->negative;
    }
    if (counts.slabs) {
        std::uint64_t inodes = 0;
        for (const SlabCache& cache : counts.slabs->caches)
            if (is_inode_cache(cache.name))
                inodes += cache.total_objects * cache.object_bytes;
        kernel.inode_bytes = inodes;
        if (const SlabCache* cache = counts.slabs->find("dentry"))
            kernel.bytes = cache->total_objects * cache->object_bytes;
    }
    if (counts.slab_memory) {
        kernel.slab_bytes = counts.slab_memory->bytes;
        kernel.slab_reclaimable_bytes = counts.slab_memory->reclaimable_bytes;
    }
    return kernel;
}

TracedDentries traced_dentries(const Snapshot& snapshot, const KernelCounts& counts) {
    TracedDentries traced;
    const SlabCache* cache = counts.slabs ? counts.slabs->find("dentry") : nullptr;
    bool size_known = true;
    std::uint64_t sum = 0;
    for (const LiveObject& object : snapshot.objects) {
        if (object.slot.object_class != ObjectClass::dentry ||
            (object.slot.stages & UF_STAGE_RCU_PENDING))
            continue;
        const auto origin = snapshot.origins.find(object.slot.origin);
        std::uint64_t bytes = object.slot.size_bytes;
        if (bytes == 0 && origin != snapshot.origins.end())
            bytes = origin->second.cache_object_bytes;
        traced.total += snapshot.one_in;
        if (bytes == 0 && cache != nullptr)
            bytes = cache->object_bytes;
        size_known = size_known && bytes != 0;
        sum += bytes * snapshot.one_in;
        if (!object.facts) {
            traced.unknown += snapshot.one_in;
            continue;
        }
        const Kind kind = dentry_kind({object, 0, 0, false});
        traced.unused += is_reclaimable(kind) ? snapshot.one_in : 0;
        traced.negative += kind == Kind::negative ? snapshot.one_in : 0;
    }
    if (size_known)
        traced.bytes = sum;
    else
        traced.bytes.reset();
    return traced;
}

} // namespace unfreed
