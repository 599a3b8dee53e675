// SPDX-License-Identifier: BSD-2-Clause
#include "abi/config.h"
#include "abi/events.h"
#include "abi/table.h"

#include <bpf/btf.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace unfreed {
namespace {

struct Layout {
    std::size_t size = 0;
    std::map<std::string, std::size_t> offsets;
};

#define UF_OFFSET(type, member)                                                                    \
    { #member, offsetof(type, member) }

const std::map<std::string, Layout>& expected() {
    static const std::map<std::string, Layout> layouts{
        {"uf_meta",
         {sizeof(uf_meta),
          {UF_OFFSET(uf_meta, birth_ns), UF_OFFSET(uf_meta, origin), UF_OFFSET(uf_meta, tgid),
           UF_OFFSET(uf_meta, size), UF_OFFSET(uf_meta, bits)}}},
        {"uf_set",
         {sizeof(uf_set),
          {UF_OFFSET(uf_set, overflow), UF_OFFSET(uf_set, addr), UF_OFFSET(uf_set, meta),
           UF_OFFSET(uf_set, unused)}}},
        {"uf_origin",
         {sizeof(uf_origin),
          {UF_OFFSET(uf_origin, key), UF_OFFSET(uf_origin, births), UF_OFFSET(uf_origin, deaths),
           UF_OFFSET(uf_origin, exit_released), UF_OFFSET(uf_origin, exit_pending),
           UF_OFFSET(uf_origin, replaced), UF_OFFSET(uf_origin, tgid), UF_OFFSET(uf_origin, flags),
           UF_OFFSET(uf_origin, last_birth_ns), UF_OFFSET(uf_origin, stack_hash),
           UF_OFFSET(uf_origin, checked), UF_OFFSET(uf_origin, differed)}}},
        {"uf_exit_ways",
         {sizeof(uf_exit_ways),
          {UF_OFFSET(uf_exit_ways, by_rcu), UF_OFFSET(uf_exit_ways, by_worker),
           UF_OFFSET(uf_exit_ways, by_parent), UF_OFFSET(uf_exit_ways, unknown)}}},
        {"uf_cache",
         {sizeof(uf_cache),
          {UF_OFFSET(uf_cache, cache), UF_OFFSET(uf_cache, deaths), UF_OFFSET(uf_cache, births),
           UF_OFFSET(uf_cache, name), UF_OFFSET(uf_cache, unused)}}},
        {"uf_older",
         {sizeof(uf_older),
          {UF_OFFSET(uf_older, key), UF_OFFSET(uf_older, cache), UF_OFFSET(uf_older, by),
           UF_OFFSET(uf_older, deaths), UF_OFFSET(uf_older, births)}}},
        {"uf_marks", {sizeof(uf_marks), {UF_OFFSET(uf_marks, ctx)}}},
        {"uf_cpu",
         {sizeof(uf_cpu),
          {UF_OFFSET(uf_cpu, counters), UF_OFFSET(uf_cpu, marks), UF_OFFSET(uf_cpu, rescued),
           UF_OFFSET(uf_cpu, tick), UF_OFFSET(uf_cpu, tick_ns), UF_OFFSET(uf_cpu, births_in_tick),
           UF_OFFSET(uf_cpu, walks_paid_ns), UF_OFFSET(uf_cpu, caches), UF_OFFSET(uf_cpu, older),
           UF_OFFSET(uf_cpu, unfollowed)}}},
        {"uf_rec_header",
         {sizeof(uf_rec_header),
          {UF_OFFSET(uf_rec_header, type), UF_OFFSET(uf_rec_header, size),
           UF_OFFSET(uf_rec_header, cpu), UF_OFFSET(uf_rec_header, ktime_ns)}}},
        {"uf_rec_origin",
         {sizeof(uf_rec_origin),
          {UF_OFFSET(uf_rec_origin, header),        UF_OFFSET(uf_rec_origin, origin),
           UF_OFFSET(uf_rec_origin, tgid),          UF_OFFSET(uf_rec_origin, tid),
           UF_OFFSET(uf_rec_origin, object_class),  UF_OFFSET(uf_rec_origin, context),
           UF_OFFSET(uf_rec_origin, kernel_frames), UF_OFFSET(uf_rec_origin, user_frames),
           UF_OFFSET(uf_rec_origin, unused0),       UF_OFFSET(uf_rec_origin, syscall),
           UF_OFFSET(uf_rec_origin, call_site),     UF_OFFSET(uf_rec_origin, cache),
           UF_OFFSET(uf_rec_origin, cache_size),    UF_OFFSET(uf_rec_origin, exec),
           UF_OFFSET(uf_rec_origin, process_start), UF_OFFSET(uf_rec_origin, cgroup_id),
           UF_OFFSET(uf_rec_origin, comm),          UF_OFFSET(uf_rec_origin, cache_name),
           UF_OFFSET(uf_rec_origin, kernel_stack),  UF_OFFSET(uf_rec_origin, user_stack)}}},
        {"uf_rec_stage",
         {sizeof(uf_rec_stage),
          {UF_OFFSET(uf_rec_stage, header), UF_OFFSET(uf_rec_stage, addr),
           UF_OFFSET(uf_rec_stage, birth_ns), UF_OFFSET(uf_rec_stage, stage),
           UF_OFFSET(uf_rec_stage, tgid), UF_OFFSET(uf_rec_stage, value)}}},
        {"uf_rec_charged",
         {sizeof(uf_rec_charged),
          {UF_OFFSET(uf_rec_charged, header), UF_OFFSET(uf_rec_charged, addr),
           UF_OFFSET(uf_rec_charged, birth_ns), UF_OFFSET(uf_rec_charged, origin),
           UF_OFFSET(uf_rec_charged, tgid), UF_OFFSET(uf_rec_charged, rmem_alloc),
           UF_OFFSET(uf_rec_charged, wmem_queued), UF_OFFSET(uf_rec_charged, forward_alloc),
           UF_OFFSET(uf_rec_charged, unused)}}},
        {"uf_rec_given_up",
         {sizeof(uf_rec_given_up),
          {UF_OFFSET(uf_rec_given_up, header), UF_OFFSET(uf_rec_given_up, origin),
           UF_OFFSET(uf_rec_given_up, tgid), UF_OFFSET(uf_rec_given_up, context),
           UF_OFFSET(uf_rec_given_up, unused0), UF_OFFSET(uf_rec_given_up, kernel_frames),
           UF_OFFSET(uf_rec_given_up, unused1), UF_OFFSET(uf_rec_given_up, comm),
           UF_OFFSET(uf_rec_given_up, kernel_stack)}}},
        {"uf_rec_user_stack",
         {sizeof(uf_rec_user_stack),
          {UF_OFFSET(uf_rec_user_stack, header), UF_OFFSET(uf_rec_user_stack, origin),
           UF_OFFSET(uf_rec_user_stack, tgid), UF_OFFSET(uf_rec_user_stack, machine),
           UF_OFFSET(uf_rec_user_stack, bytes), UF_OFFSET(uf_rec_user_stack, start),
           UF_OFFSET(uf_rec_user_stack, registers)}}},
        {"uf_rec_free",
         {sizeof(uf_rec_free),
          {UF_OFFSET(uf_rec_free, header), UF_OFFSET(uf_rec_free, addr),
           UF_OFFSET(uf_rec_free, birth_ns), UF_OFFSET(uf_rec_free, origin),
           UF_OFFSET(uf_rec_free, tgid)}}},
        {"uf_rec_process",
         {sizeof(uf_rec_process),
          {UF_OFFSET(uf_rec_process, header), UF_OFFSET(uf_rec_process, event),
           UF_OFFSET(uf_rec_process, tgid), UF_OFFSET(uf_rec_process, parent_tgid),
           UF_OFFSET(uf_rec_process, exit_code), UF_OFFSET(uf_rec_process, held_files),
           UF_OFFSET(uf_rec_process, exec), UF_OFFSET(uf_rec_process, process_start),
           UF_OFFSET(uf_rec_process, comm)}}},
        {"uf_config",
         {sizeof(uf_config),
          {UF_OFFSET(uf_config, set_mask),
           UF_OFFSET(uf_config, origin_mask),
           UF_OFFSET(uf_config, classes),
           UF_OFFSET(uf_config, copies),
           UF_OFFSET(uf_config, function_copies),
           UF_OFFSET(uf_config, repeats),
           UF_OFFSET(uf_config, function_repeats),
           UF_OFFSET(uf_config, self_tgid),
           UF_OFFSET(uf_config, only_targets),
           UF_OFFSET(uf_config, follow),
           UF_OFFSET(uf_config, always_walk),
           UF_OFFSET(uf_config, kmem_births),
           UF_OFFSET(uf_config, may_sample),
           UF_OFFSET(uf_config, cache_of),
           UF_OFFSET(uf_config, unused),
           UF_OFFSET(uf_config, sample_seed),
           UF_OFFSET(uf_config, irq_entry_start),
           UF_OFFSET(uf_config, irq_entry_end),
           UF_OFFSET(uf_config, delayed_work_timer),
           UF_OFFSET(uf_config, rcu_work_callback),
           UF_OFFSET(uf_config, vmemmap_base),
           UF_OFFSET(uf_config, page_offset_base),
           UF_OFFSET(uf_config, nr_sites),
           UF_OFFSET(uf_config, possible_cpus),
           UF_OFFSET(uf_config, page_bytes),
           UF_OFFSET(uf_config, unused1),
           UF_OFFSET(uf_config, sites),
           UF_OFFSET(uf_config, aim)}}},
        {"uf_aim",
         {sizeof(uf_aim),
          {UF_OFFSET(uf_aim, kinds), UF_OFFSET(uf_aim, nr_sites), UF_OFFSET(uf_aim, nr_comms),
           UF_OFFSET(uf_aim, nr_cgroups), UF_OFFSET(uf_aim, nr_sizes), UF_OFFSET(uf_aim, unused),
           UF_OFFSET(uf_aim, sites), UF_OFFSET(uf_aim, comms), UF_OFFSET(uf_aim, cgroups),
           UF_OFFSET(uf_aim, sizes)}}},
        {"uf_aim_range",
         {sizeof(uf_aim_range), {UF_OFFSET(uf_aim_range, start), UF_OFFSET(uf_aim_range, end)}}},
        {"uf_aim_cache", {sizeof(uf_aim_cache), {UF_OFFSET(uf_aim_cache, name)}}},
        {"uf_state",
         {sizeof(uf_state),
          {UF_OFFSET(uf_state, phase), UF_OFFSET(uf_state, clone_births),
           UF_OFFSET(uf_state, describe_births), UF_OFFSET(uf_state, sample_threshold),
           UF_OFFSET(uf_state, vmemmap), UF_OFFSET(uf_state, page_offset),
           UF_OFFSET(uf_state, worker_tgids), UF_OFFSET(uf_state, targets_alive),
           UF_OFFSET(uf_state, unused), UF_OFFSET(uf_state, last_end_ns),
           UF_OFFSET(uf_state, fired)}}},
    };
    return layouts;
}

class AbiLayout : public testing::TestWithParam<std::string> {};

void compare(const char* object, const std::string& name) {
    SCOPED_TRACE(object);
    struct Free {
        void operator()(btf* object) const { btf__free(object); }
    };
    const std::unique_ptr<btf, Free> types(btf__parse(object, nullptr));
    ASSERT_TRUE(types) << "no type information in " << object;
    const Layout& layout = expected().at(name);
    const int id = btf__find_by_name_kind(types.get(), name.c_str(), BTF_KIND_STRUCT);
    ASSERT_GT(id, 0) << "the BPF side does not use it";
    const btf_type* type = btf__type_by_id(types.get(), static_cast<unsigned>(id));
    EXPECT_EQ(type->size, layout.size);
    std::map<std::string, std::size_t> offsets;
    for (unsigned i = 0; i < btf_vlen(type); ++i)
        offsets[btf__name_by_offset(types.get(), btf_members(type)[i].name_off)] =
            btf_member_bit_offset(type, i) / 8;
    EXPECT_EQ(offsets, layout.offsets);
}

TEST_P(AbiLayout, IsTheSameOnBothSides) {
    compare(UNFREED_BPF_OBJECT, GetParam());
    compare(UNFREED_LEGACY_OBJECT, GetParam());
}

std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& [name, layout] : expected())
        all.push_back(name);
    return all;
}

INSTANTIATE_TEST_SUITE_P(Structs, AbiLayout, testing::ValuesIn(names()),
                         [](const auto& tested) { return tested.param; });

} // namespace
} // namespace unfreed
