// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/attach_plan.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace unfreed::bpf {
namespace {

using ::testing::HasSubstr;

// A host that permits tracepoint programs only, or everything.
KernelFeatures features(bool functions) {
    KernelFeatures features;
    features.set(AttachKind::raw_tp, {true, ""});
    for (const AttachKind kind : {AttachKind::fentry, AttachKind::fexit, AttachKind::lsm,
                                  AttachKind::kprobe, AttachKind::kretprobe})
        features.set(kind, {functions, functions ? "" : "forbidden"});
    return features;
}

std::map<std::string, bool> all_functions() {
    std::map<std::string, bool> has;
    for (const std::string& name : functions_of_interest())
        has[name] = true;
    return has;
}

TraceRequest request(std::vector<ObjectClass> classes) {
    TraceRequest request;
    request.classes = std::move(classes);
    request.sites = {{1, 2, ObjectClass::socket}, {3, 4, ObjectClass::dentry}};
    return request;
}

std::size_t place_of(const AttachPlan& plan, uf_hook hook) {
    const auto found = std::find_if(plan.hooks.begin(), plan.hooks.end(),
                                    [hook](const HookPlan& one) { return one.hook == hook; });
    return static_cast<std::size_t>(found - plan.hooks.begin());
}

TEST(AttachPlan, PerCpuMemoryNeedsTracepointsOnly) {
    const auto plan = make_plan(request({ObjectClass::percpu}), features(false), {}, false);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_FALSE(plan->kmem_births);
    for (const uf_hook hook : {UF_HOOK_PERCPU_ALLOC, UF_HOOK_PERCPU_FREE}) {
        ASSERT_NE(plan->find(hook), nullptr);
        EXPECT_EQ(plan->find(hook)->variants.size(), 1U);
    }
    EXPECT_EQ(plan->find(UF_HOOK_SLAB_ALLOC_CACHE), nullptr);
    // A death that is seen without its birth does no harm, the other way round it does.
    EXPECT_LT(place_of(*plan, UF_HOOK_PERCPU_FREE), place_of(*plan, UF_HOOK_PERCPU_ALLOC));
}

TEST(AttachPlan, OtherClassesTakeNoneOfIt) {
    const auto plan = make_plan(request({ObjectClass::slab, ObjectClass::socket}), features(true),
                                all_functions(), false);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->find(UF_HOOK_PERCPU_ALLOC), nullptr);
}

// Their tracepoints came with 6.2; before, a kretprobe sees births, and without either there is no
// birth to see.
TEST(AttachPlan, AreasAreSeenByTracepointOrKprobe) {
    TraceRequest areas = request({ObjectClass::vmalloc});
    const auto everything = make_plan(areas, features(true), all_functions(), false);
    ASSERT_TRUE(everything);
    const auto& births = everything->find(UF_HOOK_VMALLOC_ALLOC)->variants;
    ASSERT_EQ(births.size(), 2U);
    EXPECT_EQ(births[0].kind, AttachKind::raw_tp);
    EXPECT_EQ(births[1].kind, AttachKind::kretprobe);
    EXPECT_EQ(everything->find(UF_HOOK_VMALLOC_FREE)->variants.size(), 3U);
    areas.edition = Edition::legacy;
    const auto legacy = make_plan(areas, features(false), all_functions(), false);
    ASSERT_TRUE(legacy);
    EXPECT_TRUE(legacy->find(UF_HOOK_VMALLOC_ALLOC)->variants.empty());
}

// Of a process that is followed a worker frees what its exit leaves: who gave it to the worker?
TEST(AttachPlan, WorksAreFollowedForPerCpuMemoryToo) {
    TraceRequest of_process = request({ObjectClass::percpu});
    of_process.only_targets = true;
    const auto plan = make_plan(of_process, features(false), {}, false);
    ASSERT_TRUE(plan);
    EXPECT_NE(plan->find(UF_HOOK_WORK_QUEUED), nullptr);
    EXPECT_NE(plan->find(UF_HOOK_WORK_BEGUN), nullptr);
    // What is given to RCU is found by its slab page.
    const auto everything = make_plan(of_process, features(true), all_functions(), false);
    ASSERT_TRUE(everything);
    EXPECT_EQ(everything->find(UF_HOOK_CALL_RCU), nullptr);
}

TEST(AttachPlan, SocketsNeedTheirSitesWhereNoFunctionServes) {
    TraceRequest sockets = request({ObjectClass::socket});
    EXPECT_TRUE(make_plan(sockets, features(false), {}, false)->kmem_births);
    EXPECT_FALSE(make_plan(sockets, features(true), all_functions(), false)->kmem_births);
    sockets.sites.clear();
    const auto refused = make_plan(sockets, features(false), {}, false);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("class socket"));
}

} // namespace
} // namespace unfreed::bpf
