// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/kernel_btf.h"

#include "bpf/attach_plan.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

namespace unfreed::bpf {

namespace {

const btf_type* find_type(const btf* btf, const char* name, std::uint32_t kind) {
    const int id = btf != nullptr ? btf__find_by_name_kind(btf, name, kind) : 0;
    return id > 0 ? btf__type_by_id(btf, static_cast<unsigned>(id)) : nullptr;
}

bool has_member(const btf* btf, const char* structure, const char* name) {
    const btf_type* type = find_type(btf, structure, BTF_KIND_STRUCT);
    for (unsigned i = 0; type != nullptr && i < btf_vlen(type); ++i)
        if (name == std::string_view(btf__name_by_offset(btf, btf_members(type)[i].name_off)))
            return true;
    return false;
}

} // namespace

// kmem_cache_alloc tells the cache since 6.1 ("mm/slab_common: drop kmem_alloc & avoid
// dereferencing fields when not using"); before, its third argument was a size, and the node
// variants were separate.
Result<Edition> find_edition(const btf* btf) {
    if (btf == nullptr)
        return fail(Errc::unsupported, "cannot read the type information of the running kernel");
    const auto type = [&](unsigned id) { return btf__type_by_id(btf, id); };
    const btf_type* name = find_type(btf, "btf_trace_kmem_cache_alloc", BTF_KIND_TYPEDEF);
    const btf_type* prototype = name != nullptr ? type(type(name->type)->type) : nullptr;
    if (prototype != nullptr && btf_is_func_proto(prototype) && btf_vlen(prototype) > 3) {
        const btf_type* third = type(btf_params(prototype)[3].type);
        if (third != nullptr && btf_is_ptr(third))
            return Edition::current;
#if defined(__x86_64__)
        if (find_type(btf, "btf_trace_kmem_cache_alloc_node", BTF_KIND_TYPEDEF) != nullptr)
            return Edition::legacy;
#endif
    }
    return fail(Errc::unsupported,
                "the slab tracepoints of this kernel have a form that this version of unfreed does "
                "not know (it knows those of Linux 5.10 and later on x86-64, 6.1 and later on "
                "arm64)");
}

bool has_recursion_guard(const btf* btf) {
    return has_member(btf, "bpf_prog_info", "recursion_misses");
}

// 7.0 made tracepoints preemptible, protecting them by SRCU-fast instead ("tracing: Guard
// __DECLARE_TRACE() use of __DO_TRACE_CALL() with SRCU-fast"): its guard has a type.
bool has_preemptible_tracepoints(const btf* btf) {
    return btf == nullptr ||
           btf__find_by_name_kind(btf, "class_srcu_fast_notrace_t", BTF_KIND_TYPEDEF) > 0;
}

// The nesting of RCU readers is kept only where a reader can be preempted (CONFIG_PREEMPT_RCU).
bool has_preemptible_kernel_code(const btf* btf) {
    return btf == nullptr || has_member(btf, "task_struct", "rcu_read_lock_nesting");
}

bool has_cache_of(const btf* btf, Edition edition) {
    if (edition == Edition::legacy)
        return has_member(btf, "page", "flags");
    return find_type(btf, "bpf_get_kmem_cache", BTF_KIND_FUNC) != nullptr;
}

bool tells_percpu_call_site(const btf* btf) {
    return has_member(btf, "trace_event_raw_percpu_alloc_percpu", "call_site");
}

// In one pass: btf__find_by_name_kind looks at all of some 150 000 types for each name.
std::map<std::string, bool> find_functions(const btf* btf) {
    const std::vector<std::string> names = functions_of_interest();
    std::map<std::string, bool> found;
    for (const std::string& name : names)
        found[name] = false;
    const unsigned types = btf != nullptr ? btf__type_cnt(btf) : 0;
    for (unsigned id = 1; id < types; ++id) {
        const btf_type* type = btf__type_by_id(btf, id);
        if (type == nullptr || !btf_is_func(type))
            continue;
        const char* name = btf__name_by_offset(btf, type->name_off);
        if (std::binary_search(names.begin(), names.end(), name, std::less<std::string_view>{}))
            found[name] = true;
    }
    return found;
}

} // namespace unfreed::bpf
