// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/attach_plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace unfreed::bpf {
namespace {

bool needs_function(const Variant& variant) {
    return variant.kind != AttachKind::raw_tp;
}

// The kernel function behind a variant; an LSM hook is a function bpf_lsm_<hook>.
std::string function_name(const Variant& variant) {
    if (variant.kind == AttachKind::lsm)
        return std::string("bpf_lsm_") + variant.target;
    return variant.target;
}

// fentry and fexit are permitted or refused together, and so are kprobes and kretprobes.
std::string_view family(AttachKind kind) {
    if (kind == AttachKind::fexit)
        kind = AttachKind::fentry;
    return to_string(kind == AttachKind::kretprobe ? AttachKind::kprobe : kind);
}

void add_reason(std::vector<std::string>& reasons, std::string reason) {
    if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
        reasons.push_back(std::move(reason));
}

HookPlan plan_hook(uf_hook hook, Edition edition, const KernelFeatures& features,
                   const std::map<std::string, bool>& has_function) {
    HookPlan plan{hook, {}, {}};
    for (const Variant& variant : all_variants()) {
        if (variant.hook != hook || variant.only.value_or(edition) != edition)
            continue;
        const auto& support = features.support(variant.kind);
        if (!support.usable) {
            add_reason(plan.reasons, fmt::format("{}: {}", family(variant.kind), support.reason));
            continue;
        }
        auto found = has_function.find(function_name(variant));
        if (needs_function(variant) && (found == has_function.end() || !found->second)) {
            add_reason(plan.reasons, fmt::format("this kernel has no {}", function_name(variant)));
            continue;
        }
        plan.variants.push_back(variant);
    }
    return plan;
}

constexpr uf_hook kSlabHooks[] = {UF_HOOK_SLAB_FREE_CACHE,       UF_HOOK_SLAB_FREE_KFREE,
                                  UF_HOOK_SLAB_ALLOC_CACHE,      UF_HOOK_SLAB_ALLOC_KMALLOC,
                                  UF_HOOK_SLAB_ALLOC_CACHE_NODE, UF_HOOK_SLAB_ALLOC_KMALLOC_NODE};
// Ways to free and allocate that pass the tracepoints by. A kernel has some of them.
constexpr uf_hook kSlabBypasses[] = {UF_HOOK_SLAB_FREE_BULK,         UF_HOOK_SLAB_FREE_SHEAF,
                                     UF_HOOK_SLAB_FREE_SHEAF_NOBARN, UF_HOOK_SLAB_FREE_NOLOCK,
                                     UF_HOOK_SLAB_ALLOC_BULK,        UF_HOOK_SLAB_ALLOC_NOLOCK,
                                     UF_HOOK_SLAB_FREE_RCU};

bool kernel_has(uf_hook hook, const std::map<std::string, bool>& has_function) {
    for (const Variant& variant : all_variants()) {
        auto found = has_function.find(function_name(variant));
        if (variant.hook == hook && found != has_function.end() && found->second)
            return true;
    }
    return false;
}

constexpr uf_hook kSocketStages[] = {UF_HOOK_SOCKET_CLONE,   UF_HOOK_SOCKET_ACCEPT,
                                     UF_HOOK_SOCKET_CLOSE,   UF_HOOK_SOCKET_TCP_CLOSE,
                                     UF_HOOK_SOCKET_DESTROY, UF_HOOK_SOCKET_KILL_QUEUES,
                                     UF_HOOK_SOCKET_DESTRUCT};
constexpr uf_hook kProcessHooks[] = {UF_HOOK_PROCESS_FORK, UF_HOOK_PROCESS_EXEC,
                                     UF_HOOK_PROCESS_EXIT};

// Who gave back what RCU and workers free after the exit of a process. An object is found in what
// RCU gets by its slab page.
constexpr uf_hook kGivenToRcu[] = {UF_HOOK_CALL_RCU, UF_HOOK_CALL_RCU_HURRY};
constexpr uf_hook kGivenToWorkers[] = {UF_HOOK_WORK_QUEUED, UF_HOOK_WORK_BEGUN};

// Of the classes that come from no slab cache, whose hooks are all there is to them. Last first:
// deaths stand behind births.
std::vector<uf_hook> hooks_beside_caches(const TraceRequest& request) {
    std::vector<uf_hook> hooks;
    for (unsigned i = UF_HOOK_COUNT; i-- > 0;) {
        const auto hook = static_cast<uf_hook>(i);
        const auto object_class = class_from_string(hook_info(hook).object_class);
        if (object_class && !is_of_cache(*object_class) && request.wants(*object_class))
            hooks.push_back(hook);
    }
    return hooks;
}

bool has_site(const TraceRequest& request, ObjectClass object_class) {
    return std::any_of(request.sites.begin(), request.sites.end(),
                       [&](const SiteRange& site) { return site.object_class == object_class; });
}

// Puts a plan together, class by class.
class Planner {
  public:
    Planner(const TraceRequest& request, const KernelFeatures& features,
            const std::map<std::string, bool>& has_function)
        : request_(request), features_(features), has_function_(has_function) {}

    Result<AttachPlan> plan(bool force_kmem) {
        plan_.kmem_births = request_.wants(ObjectClass::slab) || request_.aim.at_what() ||
                            force_kmem || !functions_suffice();
        if (plan_.kmem_births)
            if (auto slab = add_slab(); !slab)
                return fail(slab.error());
        if (request_.wants(ObjectClass::socket))
            add_sockets();
        if (request_.wants(ObjectClass::dentry))
            add_dentries();
        const std::vector<uf_hook> beside_caches = hooks_beside_caches(request_);
        add_all(beside_caches);
        add_all(kProcessHooks);
        if (request_.only_targets && plan_.kmem_births)
            add_known(kGivenToRcu);
        if (request_.only_targets && (plan_.kmem_births || !beside_caches.empty()))
            add_all(kGivenToWorkers);
        return std::move(plan_);
    }

  private:
    HookPlan plan_one(uf_hook hook) const {
        return plan_hook(hook, request_.edition, features_, has_function_);
    }
    bool served(uf_hook hook) const { return !plan_one(hook).variants.empty(); }
    void add(uf_hook hook) {
        if (hook_info(hook).only.value_or(request_.edition) == request_.edition)
            plan_.hooks.push_back(plan_one(hook));
    }
    template <class Hooks>
    void add_all(const Hooks& hooks) {
        for (uf_hook hook : hooks)
            add(hook);
    }
    // Those whose functions this kernel has.
    template <class Hooks>
    void add_known(const Hooks& hooks) {
        for (uf_hook hook : hooks)
            if (kernel_has(hook, has_function_))
                add(hook);
    }

    // Births and deaths of the other classes are seen without the slab tracepoints.
    bool functions_suffice() const {
        return (!request_.wants(ObjectClass::socket) ||
                (served(UF_HOOK_SOCKET_ALLOC) && served(UF_HOOK_SOCKET_FREE))) &&
               (!request_.wants(ObjectClass::dentry) ||
                (served(UF_HOOK_DENTRY_ALLOC) && served(UF_HOOK_DENTRY_FREE)));
    }

    Result<> add_slab() {
        for (ObjectClass object_class : {ObjectClass::socket, ObjectClass::dentry})
            if (request_.wants(object_class) && !has_site(request_, object_class))
                return fail(Errc::unsupported,
                            fmt::format("cannot follow class {} on this host: its allocating "
                                        "functions are not in /proc/kallsyms (is kptr_restrict 2, "
                                        "or CAP_SYSLOG missing?), and no function can be hooked",
                                        to_string(object_class)));
        for (uf_hook hook : kSlabHooks) {
            add(hook);
            // Only before 6.1 does one of them take more than a tracepoint.
            if (plan_.hooks.back().variants.empty())
                return fail(Errc::unsupported,
                            fmt::format("the {} of slab objects cannot be seen on this kernel "
                                        "without fentry programs ({})",
                                        hook_info(hook).stage,
                                        fmt::join(plan_.hooks.back().reasons, "; ")));
        }
        if (request_.wants(ObjectClass::slab))
            add_known(kSlabBypasses);
        return {};
    }

    void add_sockets() {
        if (!plan_.kmem_births) {
            add(UF_HOOK_SOCKET_FREE);
            add(UF_HOOK_SOCKET_ALLOC);
            // An LSM birth comes before the kernel has said what kind of socket it makes.
            if (plan_.hooks.back().variants.front().kind == AttachKind::lsm &&
                served(UF_HOOK_SOCKET_DESCRIBE))
                add(UF_HOOK_SOCKET_DESCRIBE);
        }
        add_all(kSocketStages);
        // sys_enter and sys_exit run at every system call of the host: for chosen processes only.
        for (HookPlan& hook : plan_.hooks)
            if ((hook.hook == UF_HOOK_SOCKET_ACCEPT || hook.hook == UF_HOOK_SOCKET_CLOSE) &&
                !request_.only_targets && !request_.aim.at_who())
                std::erase_if(hook.variants, [](const Variant& variant) {
                    return variant.kind == AttachKind::raw_tp;
                });
    }

    void add_dentries() {
        add(UF_HOOK_DENTRY_FREE);
        if (!plan_.kmem_births)
            add(UF_HOOK_DENTRY_ALLOC);
        add(UF_HOOK_DENTRY_LRU);
        if (request_.only_targets)
            add(UF_HOOK_DENTRY_DPUT);
    }

    const TraceRequest& request_;
    const KernelFeatures& features_;
    const std::map<std::string, bool>& has_function_;
    AttachPlan plan_;
};

} // namespace

bool TraceRequest::wants(ObjectClass object_class) const {
    return std::find(classes.begin(), classes.end(), object_class) != classes.end();
}

const HookPlan* AttachPlan::find(uf_hook hook) const {
    for (const HookPlan& plan : hooks)
        if (plan.hook == hook)
            return &plan;
    return nullptr;
}

std::vector<std::string> functions_of_interest() {
    std::vector<std::string> names;
    for (const Variant& variant : all_variants())
        if (needs_function(variant))
            names.push_back(function_name(variant));
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

Result<AttachPlan> make_plan(const TraceRequest& request, const KernelFeatures& features,
                             const std::map<std::string, bool>& has_function, bool force_kmem) {
    return Planner(request, features, has_function).plan(force_kmem);
}

} // namespace unfreed::bpf
