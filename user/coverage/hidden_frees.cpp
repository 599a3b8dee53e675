// SPDX-License-Identifier: BSD-2-Clause
#include "coverage/hidden_frees.h"

#include <algorithm>
#include <array>

namespace unfreed {
namespace {

// Freed by kmem_cache_free_bulk (the NAPI cache of socket buffer heads, skb lists; maple tree), by
// an RCU sheaf (maple_node on 6.18), or by kfree_rcu().
constexpr std::array<std::string_view, 5> kCaches{
    "skbuff_head_cache", "skbuff_fclone_cache", "skbuff_small_head", "maple_node", "eventpoll_epi"};

constexpr std::array<std::string_view, 5> kFunctions{"do_epoll_create", "ep_alloc", "__d_alloc",
                                                     "fib_create_info", "__register_sysctl_table"};

} // namespace

std::set<std::string, std::less<>> caches_with_hidden_frees(const SlabNames& names) {
    std::set<std::string, std::less<>> caches;
    for (std::string_view name : kCaches)
        caches.insert(names.counted_as(name));
    return caches;
}

bool frees_by_rcu(std::string_view function) {
    return std::find(kFunctions.begin(), kFunctions.end(), function) != kFunctions.end();
}

} // namespace unfreed
