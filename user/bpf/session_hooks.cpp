// SPDX-License-Identifier: BSD-2-Clause
// What a session says of its hooks, and which of them it does without.
#include "bpf/hook_table.h"
#include "bpf/session.h"
#include "model/object_class.h"

#include <fmt/format.h>

namespace unfreed::bpf {
namespace {

// A hook whose stage the program of another one notes as well. Calling a program is most of what a
// stage costs, so where the other is called, this one is detached before anything is traced.
struct Cover {
    uf_hook hook;
    uf_hook by;
    AttachKind kind; // of program: a kprobe may miss calls, which nobody counts
};

constexpr Cover kCovers[] = {
    {UF_HOOK_SOCKET_DESTROY, UF_HOOK_SOCKET_KILL_QUEUES, AttachKind::fexit},
    {UF_HOOK_SOCKET_DESTRUCT, UF_HOOK_SOCKET_FREE, AttachKind::lsm},
};

} // namespace

void Session::detach_covered() {
    for (const Cover& cover : kCovers) {
        const auto by = attached_.find(cover.by);
        if (by == attached_.end() || !fired(cover.by) || cover.kind != by->second.variant.kind)
            continue;
        attached_.erase(cover.hook);
        covered_.emplace(cover.hook, cover.by);
    }
}

void Session::report_hooks(const AttachPlan& plan) {
    for (const HookPlan& hook : plan.hooks) {
        // Only an LSM birth needs it.
        if (hook.hook == UF_HOOK_SOCKET_DESCRIBE && !attached_.contains(hook.hook))
            continue;
        const HookInfo& info = hook_info(hook.hook);
        HookReport report{std::string(info.object_class), std::string(info.stage), "", "none", ""};
        if (kmem_births_ && hook.hook == UF_HOOK_DENTRY_FREE)
            report.stage = stage_name(UF_STAGE_RCU_PENDING);
        std::vector<std::string> reasons = hook.reasons;
        auto more = reasons_.find(hook.hook);
        if (more != reasons_.end())
            reasons.insert(reasons.end(), more->second.begin(), more->second.end());
        const auto cover = covered_.find(hook.hook);
        auto found = attached_.find(cover != covered_.end() ? cover->second : hook.hook);
        if (found != attached_.end()) {
            report.function = found->second.variant.target;
            report.attached_as = to_string(found->second.variant.kind);
            if (info.tested && !fired(found->first))
                reasons.emplace_back("not called in the self-test: this stage may be missing");
        }
        report.reason = fmt::format("{}", fmt::join(reasons, "; "));
        hooks_.push_back(std::move(report));
        reported_.push_back(hook.hook);
    }
}

std::uint32_t Session::visible_stages() const {
    std::uint32_t stages = UF_STAGE_HELD_AT_EXIT;
    for (const HookReport& hook : hooks_)
        for (std::uint32_t bit = 1; bit <= UF_STAGE_MASK; bit <<= 1)
            if (hook.attached_as != "none" && hook.stage == stage_name(bit))
                stages |= bit;
    return stages;
}

bool Session::knows_every_cache() const {
    // Legacy: by the page, if its map was found.
    return cache_of_ && (edition_ == Edition::current || object_->state().vmemmap != 0);
}

bool Session::sees_bulk_frees() const {
    for (const HookReport& hook : hooks_)
        if (hook.object_class == "slab" && hook.stage.starts_with("death") &&
            hook.attached_as == "none")
            return false;
    return true;
}

} // namespace unfreed::bpf
