// SPDX-License-Identifier: BSD-2-Clause
#include "report/recycled.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace unfreed {
namespace {

// NAPI_SKB_CACHE_SIZE of net/core/skbuff.c, the larger of its values.
constexpr std::uint64_t kBuffersPerCpu = 128;

// Where napi_skb_cache_get() and its like refill the cache, or what they are inlined into. A bulk
// birth has them innermost; a single one has the allocator there.
constexpr std::string_view kRefills[] = {
    "napi_skb_cache_get", "napi_skb_cache_get_bulk", "__napi_build_skb", "napi_build_skb",
    "__napi_alloc_skb",   "napi_alloc_skb",          "__alloc_skb",
};

bool is_refill(const Group& group) {
    if (group.object_class != ObjectClass::slab || group.kernel_stack.empty())
        return false;
    const std::string& innermost = group.kernel_stack.front().function;
    return std::find(std::begin(kRefills), std::end(kRefills), innermost) != std::end(kRefills);
}

} // namespace

void mark_recycled(std::vector<Group>& groups, std::uint64_t cpus) {
    for (Group& group : groups) {
        if (!is_refill(group) || group.verdict == Verdict::rcu_pending ||
            group.count > kBuffersPerCpu * cpus)
            continue;
        group.verdict = Verdict::cached;
        group.evidence += fmt::format("; taken in bulk into the NAPI caches, which keep up to {} "
                                      "socket buffers a CPU for re-use",
                                      kBuffersPerCpu);
    }
}

} // namespace unfreed
