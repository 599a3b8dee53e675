// SPDX-License-Identifier: BSD-2-Clause
// What the kernel keeps for re-use is said to be that, as long as it can be.
#include "report/recycled.h"

#include <gtest/gtest.h>

namespace unfreed {
namespace {

Group group_of(const char* innermost, std::uint64_t count) {
    Group group;
    group.object_class = ObjectClass::slab;
    group.count = count;
    for (const char* function : {innermost, "napi_build_skb", "veth_xdp_rcv_skb"}) {
        Frame frame;
        frame.function = function;
        group.kernel_stack.push_back(frame);
    }
    return group;
}

TEST(Recycled, NapiCachesAreCachedUpToTheirSize) {
    std::vector<Group> groups{group_of("napi_skb_cache_get", 256),
                              group_of("napi_skb_cache_get", 257),
                              group_of("kmem_cache_alloc_node", 10)};
    mark_recycled(groups, 2);
    EXPECT_EQ(groups[0].verdict, Verdict::cached);
    EXPECT_NE(groups[0].evidence.find("for re-use"), std::string::npos);
    EXPECT_EQ(groups[1].verdict, Verdict::live); // no cache is so large
    EXPECT_EQ(groups[2].verdict, Verdict::live); // one by one: somebody's
}

} // namespace
} // namespace unfreed
