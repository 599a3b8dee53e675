// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/verdicts.h"

#include "analyze/verdict_sentence.h"
#include "judge/decide.h"
#include "judge/lives_of.h"

#include <algorithm>
#include <set>
#include <utility>

namespace unfreed {
namespace {

constexpr double kHourS = 3600;
// Of the window: what got older than this stands for what is older than the trace.
constexpr double kStandsForOlder = 1.0 / 8;
// Of the window: rare long pauses of the sweep are no reason to judge nothing.
constexpr double kMostBlindAge = 1.0 / 4;

std::uint64_t survivors_at(const Lives& lives, double age_s) {
    return static_cast<std::uint64_t>(
        std::count_if(lives.survivors.begin(), lives.survivors.end(),
                      [&](double birth_s) { return birth_s <= lives.window_s - age_s; }));
}

std::uint64_t deaths_at(const Lives& lives, double age_s) {
    std::uint64_t count = 0;
    for (const Lives::Deaths& deaths : lives.deaths)
        if (deaths.death_s - deaths.birth_s >= age_s)
            count += deaths.count;
    return count;
}

// What needs neither numbers nor symbols to be damning.
StructureFinding damning(const AnalyzedGroup& group, const AnalyzeOptions& options,
                         bool all_processes_ended) {
    if (group.kind == row_of(Kind::closed_unexplained).name)
        return {Structure::damning, "closed, and nothing accounts for its references"};
    if (group.kind == row_of(Kind::memory_not_returned).name)
        return {Structure::damning, "dead, and its memory was not returned"};
    if (group.cache_destroyed)
        return {Structure::damning, "its cache was destroyed with it"};
    if (options.mode != TraceMode::host && all_processes_ended && group.outliving &&
        group.object_class == ObjectClass::socket)
        return {Structure::damning, "outlives its process"};
    return {};
}

void add_rates(AnalyzedGroup& group, const Lives& lives, std::uint32_t one_in) {
    VerdictFacts& facts = group.facts;
    double per_s = 0;
    if (facts.gates)
        per_s = static_cast<double>(facts.gates->survivors) * one_in /
                (lives.window_s - static_cast<double>(facts.gates->age_ns) / 1e9);
    else if (facts.structure == Structure::damning)
        per_s = static_cast<double>(group.count) / lives.window_s;
    facts.objects_per_hour = per_s * kHourS;
    if (group.bytes && group.count)
        facts.bytes_per_hour = facts.objects_per_hour * static_cast<double>(*group.bytes) /
                               static_cast<double>(group.count);
}

} // namespace

Verdicts::Verdicts(const Snapshot& snapshot, const AnalyzeOptions& options)
    : snapshot_(snapshot), options_(options), replaced_(snapshot, options) {}

void Verdicts::add_origin(Seen& seen, OriginId id, bool freed_at_exit) const {
    const DeathRecord& record = snapshot_.deaths;
    const std::uint64_t attached_ns = options_.trace_started_ns;
    if (const auto dead = record.by_origin.find(id); dead != record.by_origin.end())
        add_deaths(seen.lives, dead->second, record, attached_ns);
    if (!freed_at_exit)
        return;
    if (const auto freed = record.at_exit.find(id); freed != record.at_exit.end())
        add_freed_at_exit(seen.lives, freed->second, record, attached_ns);
}

// Origins of processes that have ended gave their number back, and what is known of their dead is
// kept by place: the children of a server are one program.
void Verdicts::add_retired(Seen& seen, const std::vector<OriginId>& origins) const {
    const DeathRecord& record = snapshot_.deaths;
    if (record.retired.empty())
        return;
    std::set<const DeathCells*> added;
    for (const OriginId id : origins) {
        const auto origin = snapshot_.origins.find(id);
        if (origin == snapshot_.origins.end())
            continue;
        const OriginEvent& event = origin->second;
        const auto place = record.retired.find({event.cache_name, event.comm, event.kernel_stack});
        if (place != record.retired.end() && added.insert(&place->second).second)
            add_deaths(seen.lives, place->second, record, options_.trace_started_ns);
    }
}

void Verdicts::add(const AnalyzedGroup& group, const Bucket& bucket, std::uint64_t until_ns,
                   bool first) {
    Seen seen;
    const std::uint64_t attached_ns = options_.trace_started_ns;
    if (attached_ns && until_ns > attached_ns) {
        Lives& lives = seen.lives;
        lives.window_s = seconds_after(until_ns, attached_ns);
        lives.survivors.reserve(bucket.alive.size());
        for (const LiveObject* object : bucket.alive)
            lives.survivors.push_back(seconds_after(object->slot.birth_ns, attached_ns));
        for (const OriginId id : group.origins)
            add_origin(seen, id, bucket.released_at_exit != 0);
        add_retired(seen, group.origins);
        const double age_s = kStandsForOlder * lives.window_s;
        const auto alive = static_cast<double>(survivors_at(lives, age_s));
        const auto dead = static_cast<double>(deaths_at(lives, age_s));
        seen.heirs = replaced_.heirs_of(group);
        seen.heirs.weight = alive + dead;
        replaced_.add(seen.heirs, alive + (first ? dead : 0));
    }
    seen_.push_back(std::move(seen));
}

// What a new process makes took nobody's place; of a process that ran before, or of a sample,
// deaths of older objects cannot be told from those of others that are not followed.
bool Verdicts::older_unknown() const {
    if (options_.mode == TraceMode::run)
        return false;
    return options_.mode == TraceMode::pid || snapshot_.one_in > 1 || !snapshot_.deaths.older_known;
}

double Verdicts::least_age_s(double window_s) const {
    const double blind_s =
        static_cast<double>(DeathRecord::kLeastAgeNs + snapshot_.deaths.longest_gap_ns) / 1e9;
    return std::max(static_cast<double>(options_.min_age_ns) / 1e9,
                    std::min(blind_s, kMostBlindAge * window_s));
}

void Verdicts::judge(AnalyzedGroup& group, Seen seen, bool all_processes_ended) const {
    VerdictFacts& facts = group.facts;
    facts.window_ns = static_cast<std::uint64_t>(seen.lives.window_s * 1e9);
    StructureFinding finding = damning(group, options_, all_processes_ended);
    if (finding.structure == Structure::none && options_.structure)
        finding = options_.structure(group);
    facts.structure = finding.structure;
    facts.structure_reason = std::move(finding.reason);
    if (!group.judged || seen.lives.window_s <= 0 || group.verdict == Verdict::rcu_pending)
        return;
    Lives& lives = seen.lives;
    if (!older_unknown())
        replaced_.give(lives, seen.heirs);

    const double min_age_s = least_age_s(lives.window_s);
    Case one;
    one.window_s = lives.window_s;
    one.gates = gates_of(lives, min_age_s);
    // Worth its time only where it can matter: most groups are not sure at the end.
    if (one.gates && confidence_of(*one.gates) >= kLeakingConfidence) {
        const auto half = gates_of(as_of(lives, lives.window_s / 2), min_age_s);
        one.confidence_at_half = half ? confidence_of(*half) : 0;
    }
    one.structure = facts.structure;
    one.by_kind = group.verdict;
    one.older_unknown = older_unknown();
    group.verdict = decide(one);
    facts.gates = one.gates;
    facts.confidence_at_half = one.confidence_at_half;
    if (one.gates)
        group.confidence = confidence_of(*one.gates);
    Rate rate{survivors_at(lives, min_age_s), min_age_s};
    if (deaths_at(lives, min_age_s))
        rate.survivors = 0;
    if (const auto needs_s = needed_s(one, group.verdict, rate))
        facts.needs_ns = static_cast<std::uint64_t>(*needs_s * 1e9);
    add_rates(group, lives, snapshot_.one_in);
    if (facts.gates)
        facts.sentence = verdict_sentence(facts, snapshot_.one_in);
}

void Verdicts::judge(std::vector<AnalyzedGroup>& groups, bool all_processes_ended) {
    for (std::size_t i = 0; i < groups.size() && i < seen_.size(); ++i)
        judge(groups[i], std::move(seen_[i]), all_processes_ended);
}

} // namespace unfreed
