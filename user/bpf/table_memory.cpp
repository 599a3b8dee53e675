// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/table_memory.h"

#include "abi/limits.h"
#include "abi/table.h"
#include "model/sampling.h"

#include <bit>

namespace unfreed::bpf {
namespace {

constexpr std::uint32_t kDefaultObjects = 640'000;
constexpr std::uint32_t kRingBytes = 8 * 1024 * 1024; // as in bpf/lib/maps.bpf.h

} // namespace

std::uint32_t object_sets(std::uint32_t max_objects) {
    const std::uint64_t wanted = max_objects != 0 ? max_objects : kDefaultObjects;
    return std::bit_ceil(
        static_cast<std::uint32_t>(wanted * 100 / (UF_WAYS * Sampling::kFillPercent) + 1));
}

TableMemory table_memory(const TraceRequest& request) {
    TableMemory memory;
    const std::uint64_t slots = std::uint64_t{object_sets(request.max_objects)} * UF_WAYS;
    memory.objects = slots * Sampling::kFillPercent / 100;
    memory.object_bytes = std::uint64_t{object_sets(request.max_objects)} * sizeof(uf_set);
    memory.origins = kOriginSets * UF_ORIGIN_WAYS;
    memory.origin_bytes = kOriginSets * sizeof(uf_origin_set);
    memory.ring_bytes = request.ring_bytes != 0 ? request.ring_bytes : kRingBytes;
    memory.process_bytes = sizeof(uf_proc_page) * UF_PROC_PAGES;
    return memory;
}

} // namespace unfreed::bpf
