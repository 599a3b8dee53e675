// SPDX-License-Identifier: BSD-2-Clause
// What one survivor is: too young to judge, waiting for its memory to be freed, or outstanding, and
// of which kind.
#pragma once

#include "analyze/kind.h"
#include "analyze/options.h"
#include "model/snapshot.h"

#include <cstdint>
#include <string_view>

namespace unfreed {

struct Standing {
    enum class Fate : std::uint8_t { counted, young, rcu_pending, released_at_exit };
    Fate fate = Fate::counted;
    Kind kind = Kind::outstanding;
    bool outlives_process = false;
};

// The rules, for an object whose owner is `process` (nullptr: unknown, or none):
//  - UF_STAGE_RCU_PENDING: freed by its user. Never outstanding; but where an exit is judged, what
//    was open then was freed by the exit, though its memory may wait for seconds (kfree_rcu
//    on 6.1).
//  - UF_STAGE_HELD_AT_EXIT, and its process has ended: it was open then, so what the exit did to it
//    since (release, unreference) does not count: never-closed, open.
//  - A released socket may live on for good reasons (data to deliver, a peer that does not answer):
//    its age counts from the release, in every mode, also when its process has ended. Only one that
//    its protocol has destroyed is judged at once after the end of its process.
//  - Any other object counts from min_age_ns after its birth, and in pid and run mode as soon as
//    its process has ended.
// An object outlives its process if that has ended and nothing is still going on with the object.
Standing standing_of(const LiveObject& object, const ProcessInfo* process, std::uint64_t now_ns,
                     const AnalyzeOptions& options);

} // namespace unfreed
