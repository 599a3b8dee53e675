// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/kernel_btf.h"

#include "bpf/attach_plan.h"

namespace unfreed::bpf {

// kmem_cache_alloc tells the cache since 6.1 ("mm/slab_common: drop kmem_alloc & avoid
// dereferencing fields when not using"); before, its third argument was a size, and the node
// variants were separate.
Result<> check_slab_tracepoints(const btf* btf) {
    if (btf == nullptr)
        return fail(Errc::unsupported, "cannot read the type information of the running kernel");
    const auto type = [&](unsigned id) { return btf__type_by_id(btf, id); };
    const int id = btf__find_by_name_kind(btf, "btf_trace_kmem_cache_alloc", BTF_KIND_TYPEDEF);
    const btf_type* prototype =
        id > 0 ? type(type(type(static_cast<unsigned>(id))->type)->type) : nullptr;
    if (prototype != nullptr && btf_is_func_proto(prototype) && btf_vlen(prototype) > 3) {
        const btf_type* third = type(btf_params(prototype)[3].type);
        if (third != nullptr && btf_is_ptr(third))
            return {};
    }
    return fail(Errc::unsupported,
                "the slab tracepoints of this kernel are older than those of Linux 6.1, the oldest "
                "kernel this version of unfreed can follow exactly");
}

// 7.0 made tracepoints preemptible, protecting them by SRCU-fast instead ("tracing: Guard
// __DECLARE_TRACE() use of __DO_TRACE_CALL() with SRCU-fast"): its guard has a type.
bool has_preemptible_tracepoints(const btf* btf) {
    return btf == nullptr ||
           btf__find_by_name_kind(btf, "class_srcu_fast_notrace_t", BTF_KIND_TYPEDEF) > 0;
}

bool has_cache_of(const btf* btf) {
    return btf != nullptr && btf__find_by_name_kind(btf, "bpf_get_kmem_cache", BTF_KIND_FUNC) > 0;
}

std::map<std::string, bool> find_functions(const btf* btf) {
    std::map<std::string, bool> found;
    for (const std::string& name : functions_of_interest())
        found[name] =
            btf != nullptr && btf__find_by_name_kind(btf, name.c_str(), BTF_KIND_FUNC) > 0;
    return found;
}

} // namespace unfreed::bpf
