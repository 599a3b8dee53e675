// SPDX-License-Identifier: BSD-2-Clause
// What the kernel keeps for use again, or what ends by itself: bounded, whatever it grows from.
#include "analyze/structure.h"

#include <algorithm>

namespace unfreed {
namespace {

constexpr std::string_view kVmapAreas[] = {"alloc_vmap_area", "new_vmap_block",
                                           "preload_this_cpu_lock"};
constexpr std::string_view kKernelStacks[] = {"alloc_thread_stack_node", "dup_task_struct"};

// Areas of freed memory wait on a lazy list until many megabytes of it have come together, and then
// in the pools of a node (mm/vmalloc.c: lazy_max_pages; 6.9 and later: vmap_node). What tells of a
// lost vfree() is the struct vm_struct, which goes at once.
bool is_vmap_area(const StructureInput& input) {
    if (input.group.object_class == ObjectClass::vmalloc)
        return false; // the range itself, not what describes it
    return input.functions.empty() ? input.group.cache == "vmap_area" : made_in(input, kVmapAreas);
}

// kernel/fork.c keeps up to NR_CACHED_STACKS on each CPU; a living task has one, which is no more
// than that task.
bool is_kernel_stack(const StructureInput& input) {
    if (input.group.object_class == ObjectClass::vmalloc)
        return made_in(input, kKernelStacks);
    return made_in(input, kKernelStacks) && (maker(input).starts_with("__get_vm_area_node") ||
                                             maker(input).starts_with("__vmalloc_node_range") ||
                                             maker(input).starts_with("__vmalloc_area_node"));
}

// Where napi_skb_cache_get() and its like refill the cache, or what they are inlined into. A bulk
// birth has them innermost; a single one has the allocator there.
constexpr std::string_view kNapi[] = {
    "napi_skb_cache_get", "napi_skb_cache_get_bulk", "__napi_build_skb", "napi_build_skb",
    "__napi_alloc_skb",   "napi_alloc_skb",          "__alloc_skb",
};

bool is_napi_cache(const StructureInput& input) {
    // NAPI_SKB_CACHE_SIZE of net/core/skbuff.c, the larger of its values.
    constexpr std::uint64_t kBuffersPerCpu = 128;
    if (input.group.object_class != ObjectClass::slab || input.functions.empty() ||
        input.group.count > kBuffersPerCpu * input.host.cpus)
        return false;
    const std::string_view innermost = input.functions.front();
    return std::find(std::begin(kNapi), std::end(kNapi),
                     innermost.substr(0, innermost.find('.'))) != std::end(kNapi);
}

constexpr std::string_view kMempools[] = {
    "mempool_init_node",   "mempool_init_noprof",        "mempool_init",   "mempool_resize",
    "mempool_create_node", "mempool_create_node_noprof", "mempool_create",
};

constexpr std::string_view kTcpMetrics[] = {"tcp_get_metrics", "tcpm_new"};
constexpr std::string_view kPeers[] = {"inet_getpeer"};
constexpr std::string_view kTimeWait[] = {"inet_twsk_alloc", "tcp_time_wait", "dccp_time_wait"};

// Twice the time it lives: a segment of the peer starts the 60 s again.
bool is_time_wait(const StructureInput& input) {
    constexpr std::uint64_t kLongestNs = 120'000'000'000;
    const bool made = input.functions.empty() ? input.group.cache.starts_with("tw_sock_TCP")
                                              : made_in(input, kTimeWait);
    return made && (!input.group.age_ns || input.group.age_ns->max <= kLongestNs);
}

constexpr std::string_view kRequests[] = {"inet_reqsk_alloc", "cookie_tcp_reqsk_alloc"};

bool is_request(const StructureInput& input) {
    // tcp_synack_retries: 5 of them take 63 s, the most that can be set far longer.
    constexpr std::uint64_t kLongestNs = 130'000'000'000;
    return made_in(input, kRequests) &&
           (!input.group.age_ns || input.group.age_ns->max <= kLongestNs);
}

// Numbers of processes go up and round (alloc_pid, idr_alloc_cyclic), so their index gets a node
// for every 64 starts and loses it with the last of the 64: as many stay as there are processes
// alive. A process that is never reaped shows as what it is, a struct pid.
constexpr std::string_view kNodes[] = {"radix_tree_node_alloc", "radix_tree_extend",
                                       "idr_get_free"};
constexpr std::string_view kPids[] = {"alloc_pid"};

bool is_pid_index(const StructureInput& input) {
    return made_in(input, kNodes) && made_in(input, kPids);
}

// vm_map_ram() cuts small ranges out of blocks, which each CPU keeps until all of one is given
// back.
constexpr std::string_view kBlocks[] = {"new_vmap_block", "vb_alloc"};

bool is_vmap_block(const StructureInput& input) {
    return input.group.object_class == ObjectClass::vmalloc && made_in(input, kBlocks);
}

constexpr StructureRule kRules[] = {
    {"vmap-block", Structure::pool,
     "a block of addresses that vm_map_ram() cuts small ranges out of (purge_fragmented_blocks)",
     is_vmap_block},
    {"pid-index", Structure::pool,
     "a node of the index of process numbers, freed with the last of its 64 (idr_remove)",
     is_pid_index},
    {"vmap-area", Structure::pool,
     "describes a range of vmalloc addresses, which are given back many at a time "
     "(__purge_vmap_area_lazy): the kernel stacks of ended processes are among them",
     is_vmap_area},
    {"kernel-stack", Structure::pool,
     "a task's kernel stack: a few of ended tasks are kept on each CPU (cached_stacks)",
     is_kernel_stack},
    {"napi-skb", Structure::pool,
     "taken in bulk into the NAPI caches, which keep up to 128 socket buffers a CPU for re-use "
     "(napi_skb_cache_get)",
     is_napi_cache},
    {"mempool", Structure::pool,
     "a reserve for when there is no memory: it has a fixed size (mempool_init)",
     [](const StructureInput& input) { return made_in(input, kMempools); }},
    {"tcp-metrics", Structure::pool,
     "what TCP remembers of an address: the oldest of more than five in a bucket is used again "
     "(tcpm_new)",
     [](const StructureInput& input) { return made_in(input, kTcpMetrics); }},
    {"inet-peer", Structure::pool,
     "what IP remembers of an address, freed when it is old (inet_peer_gc)",
     [](const StructureInput& input) { return made_in(input, kPeers); }},
    {"time-wait", Structure::pool,
     "a TCP connection that ended: TIME-WAIT lasts 60 s (TCP_TIMEWAIT_LEN)", is_time_wait},
    {"request-sock", Structure::pool,
     "a handshake that has not ended: given up after tcp_synack_retries (reqsk_timer_handler)",
     is_request},
};

} // namespace

std::span<const StructureRule> pool_rules() {
    return kRules;
}

} // namespace unfreed
