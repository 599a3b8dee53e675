// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/standing.h"

namespace unfreed {
namespace {

std::uint64_t since(std::uint64_t time_ns, std::uint64_t now_ns) {
    return now_ns > time_ns ? now_ns - time_ns : 0;
}

// How long ago the object reached this stage; if the time is unknown, how long it has lived.
std::uint64_t since_stage(const LiveObject& object, std::uint32_t stage, std::uint64_t now_ns) {
    const auto time = object.stage_times_ns.find(stage);
    return since(time != object.stage_times_ns.end() ? time->second : object.slot.birth_ns, now_ns);
}

// Any process that ends marks what it has open, a child what it inherited: only the end of the
// owner says that nobody had released the object before.
bool held_to_the_end(const LiveObject& object, const ProcessInfo* process) {
    if (!(object.slot.stages & UF_STAGE_HELD_AT_EXIT) || !process || process->alive)
        return false;
    const auto released = object.stage_times_ns.find(UF_STAGE_RELEASED);
    return released == object.stage_times_ns.end() || released->second >= process->exited_at_ns;
}

// What was read of the object outweighs what the probes saw or could not see.
void apply_facts(const LiveObject& object, std::uint32_t& stages, std::uint32_t& visible) {
    if (!object.facts)
        return;
    const bool socket = object.slot.object_class == ObjectClass::socket;
    const std::uint32_t stage = socket ? UF_STAGE_RELEASED : UF_STAGE_UNREFERENCED;
    const bool reached = socket ? object.facts->socket.orphan : object.facts->refcount == 0;
    visible |= stage;
    stages = reached ? stages | stage : stages & ~stage;
}

} // namespace

Standing standing_of(const LiveObject& object, const ProcessInfo* process, std::uint64_t now_ns,
                     const AnalyzeOptions& options) {
    TableObject slot = object.slot;
    std::uint32_t visible_stages = options.visible_stages;
    apply_facts(object, slot.stages, visible_stages);
    const std::uint32_t stages = slot.stages;
    const bool owner_ended = process && !process->alive;
    const bool judge_at_once = owner_ended && options.mode != TraceMode::host;
    Standing standing;
    standing.kind = kind_of({object, stages, visible_stages, held_to_the_end(object, process)});

    if (stages & UF_STAGE_RCU_PENDING) {
        if (judge_at_once && held_to_the_end(object, process)) {
            standing.fate = Standing::Fate::released_at_exit;
            return standing;
        }
        const bool young = since_stage(object, UF_STAGE_RCU_PENDING, now_ns) < options.min_age_ns;
        standing.fate = young ? Standing::Fate::young : Standing::Fate::rcu_pending;
        return standing;
    }
    bool young = since(object.slot.birth_ns, now_ns) < options.min_age_ns && !judge_at_once;
    // The exit released it a moment ago: it counts as never closed, but it may be about to die.
    bool closing = false;
    if (object.slot.object_class == ObjectClass::socket && (stages & UF_STAGE_RELEASED)) {
        closing = since_stage(object, UF_STAGE_RELEASED, now_ns) < options.min_age_ns;
        if (is_closed_kind(standing.kind)) {
            young = closing && !(judge_at_once && (stages & UF_STAGE_DESTROYED));
            closing = young;
        }
    }
    // Where it cannot be seen whether a dentry is in use, it may just be cached.
    const bool use_unknown =
        !(visible_stages & UF_STAGE_UNREFERENCED) && standing.kind != Kind::open;
    const bool cached = object.slot.object_class == ObjectClass::dentry &&
                        ((stages & UF_STAGE_UNREFERENCED) || use_unknown ||
                         is_reclaimable(standing.kind) || standing.kind == Kind::kept_by_fs);
    standing.fate = young ? Standing::Fate::young : Standing::Fate::counted;
    standing.outlives_process = owner_ended && !young && !closing && !cached;
    return standing;
}

} // namespace unfreed
