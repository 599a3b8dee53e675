// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/attention.h"

#include "analyze/kind.h"

#include <algorithm>
#include <array>

namespace unfreed {
namespace {

// States in which sockets and dentries should not stay, old as those that are judged are.
constexpr std::array kTellingKinds{
    Kind::never_closed_peer_gone, Kind::half_closed,        Kind::never_accepted,
    Kind::not_accepting,          Kind::in_flight,          Kind::no_descriptor,
    Kind::closed_still_alive,     Kind::closed_unexplained, Kind::memory_not_returned,
    Kind::path_deleted,           Kind::buffer_hog,         Kind::pinned,
    Kind::negative_flood,
};

bool is_telling(const AnalyzedGroup& group) {
    return std::any_of(kTellingKinds.begin(), kTellingKinds.end(),
                       [&](Kind kind) { return group.kind == row_of(kind).name; });
}

// Below this many no numbers can tell a leak (docs/verdicts.md), and every program keeps a few
// things until it ends.
constexpr std::uint64_t kFew = 6;

// Of a program that has ended there is no more to come: what it had until the end counts. What the
// kernel has for it anyway has a structure. Each run keeps its few until it ends, but what outlives
// one run after the other adds up.
bool is_left_at_exit(const AnalyzedGroup& group, std::uint64_t runs) {
    if (group.object_class == ObjectClass::socket)
        return group.released_at_exit != 0 || group.outliving != 0;
    return group.released_at_exit / runs + group.outliving >= kFew;
}

} // namespace

Attention attention_of(const AnalyzedGroup& group, TraceMode mode, std::uint64_t runs) {
    if (!group.judged || group.verdict == Verdict::rcu_pending)
        return Attention::none;
    if (!group.repeats.empty() && !grows_with_repeats(group.repeats))
        return Attention::none;
    if (group.verdict == Verdict::leaking)
        return Attention::leaking;
    if (group.verdict == Verdict::suspect)
        return Attention::suspect;
    if (group.facts.structure == Structure::damning || is_telling(group))
        return Attention::look;
    if (group.facts.structure != Structure::none || group.verdict == Verdict::cached)
        return Attention::none;
    return mode != TraceMode::host && is_left_at_exit(group, runs) ? Attention::look
                                                                   : Attention::none;
}

} // namespace unfreed
