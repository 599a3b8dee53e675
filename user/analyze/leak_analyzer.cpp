// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/leak_analyzer.h"

#include "analyze/alive_sums.h"
#include "analyze/attention.h"
#include "analyze/companions.h"
#include "analyze/connection_owner.h"
#include "analyze/dentry_rows.h"
#include "analyze/estimate.h"
#include "analyze/evidence.h"
#include "analyze/given_up.h"
#include "analyze/grouping.h"
#include "analyze/growth.h"
#include "analyze/history.h"
#include "analyze/holders.h"
#include "analyze/last_moments.h"
#include "analyze/lifetimes.h"
#include "analyze/ranking.h"
#include "analyze/socket_evidence.h"
#include "analyze/socket_relations.h"
#include "analyze/socket_remotes.h"
#include "analyze/socket_state.h"
#include "analyze/standing.h"
#include "analyze/verdicts.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace unfreed {
namespace {

constexpr std::uint64_t kMinTraceForRateNs = 1'000'000'000;

// Counts of all origins of a key; of a sample: estimates of all objects.
OriginCounts sum_counts(const Snapshot& snapshot, const std::vector<OriginId>& origins) {
    OriginCounts sum;
    for (OriginId id : origins) {
        const auto counts = snapshot.counts.find(id);
        if (counts == snapshot.counts.end())
            continue;
        sum.births += counts->second.births * snapshot.one_in;
        sum.deaths += counts->second.deaths * snapshot.one_in;
        sum.exit_released += counts->second.exit_released * snapshot.one_in;
        sum.exit_ways.add(counts->second.exit_ways, snapshot.one_in);
        sum.checked += counts->second.checked;
        sum.differed += counts->second.differed;
    }
    return sum;
}

StackChecks checks_of(const Bucket& bucket, const OriginCounts& counts) {
    StackChecks checks;
    checks.objects = static_cast<std::uint64_t>(
        std::count_if(bucket.alive.begin(), bucket.alive.end(),
                      [](const LiveObject* object) { return object->slot.stack_checked; }));
    checks.births = counts.checked;
    checks.differed = counts.differed;
    return checks;
}

// Of objects that are gone only the sums of their origins are known (and not even these in a
// sample, whose births are an estimate).
bool is_exact(const AnalyzedGroup& group, const Bucket& bucket, const OriginCounts& counts) {
    const bool all_births = counts.checked >= counts.births && counts.differed == 0;
    return group.stack_checks.objects == bucket.alive.size() &&
           (bucket.released_at_exit == 0 || all_births);
}

std::vector<ReportProcess> processes_of(const Bucket& bucket, std::uint32_t one_in) {
    std::vector<ReportProcess> processes;
    for (const auto& [identity, process] : bucket.processes) {
        processes.push_back(process);
        processes.back().count *= one_in;
    }
    std::stable_sort(
        processes.begin(), processes.end(),
        [](const ReportProcess& a, const ReportProcess& b) { return a.count > b.count; });
    return processes;
}

bool are_newcomers(const Snapshot& snapshot, const Bucket& bucket, std::uint64_t trace_started_ns) {
    return !bucket.processes.empty() &&
           std::all_of(bucket.processes.begin(), bucket.processes.end(), [&](const auto& entry) {
               const ProcessInfo* info =
                   find_process(snapshot, entry.first.first, entry.first.second);
               return info && info->started_at_ns > trace_started_ns;
           });
}

// When the group could last grow: the end of its last process, or now.
std::uint64_t observed_until(const Snapshot& snapshot, const Bucket& bucket) {
    std::uint64_t until_ns = 0;
    for (const auto& [identity, process] : bucket.processes) {
        const ProcessInfo* info = find_process(snapshot, identity.first, identity.second);
        if (process.alive || !info || !info->exited_at_ns)
            return snapshot.taken_at_ns;
        until_ns = std::max(until_ns, info->exited_at_ns);
    }
    return bucket.processes.empty() ? snapshot.taken_at_ns
                                    : std::min(until_ns, snapshot.taken_at_ns);
}

void describe_survivors(AnalyzedGroup& group, std::vector<const LiveObject*> alive,
                        std::uint64_t now_ns, std::size_t objects_wanted) {
    if (alive.empty())
        return;
    std::sort(alive.begin(), alive.end(), [](const LiveObject* a, const LiveObject* b) {
        return std::tuple(a->slot.birth_ns, a->slot.address) <
               std::tuple(b->slot.birth_ns, b->slot.address);
    });
    const auto age = [&](const LiveObject* object) {
        return now_ns > object->slot.birth_ns ? now_ns - object->slot.birth_ns : 0;
    };
    group.age_ns = Ages{age(alive.back()), age(alive[alive.size() / 2]), age(alive.front())};
    alive.resize(std::min(alive.size(), objects_wanted));
    for (const LiveObject* object : alive)
        group.objects.push_back(*object);
}

class Analysis {
  public:
    Analysis(const Snapshot& snapshot, const AnalyzeOptions& options)
        : snapshot_(snapshot), options_(options), relations_(snapshot),
          verdicts_(snapshot, options) {}

    AnalyzedGroups run() {
        Grouping grouping = group(snapshot_, options_);
        result_.history_times_ns = history_times(snapshot_);
        result_.young_objects = grouping.young_objects * snapshot_.one_in;
        result_.objects_without_origin = grouping.objects_without_origin;
        result_.objects_not_grouped = grouping.objects_not_grouped;
        for (auto& [key, one] : grouping.groups)
            add(key, one);
        verdicts_.judge(result_.groups, all_processes_ended());
        join_rows();
        rank(result_.groups, options_.mode, all_processes_ended());
        result_.alive_sums = alive_sums(result_.groups);
        sum_up_ends();
        if (options_.top && result_.groups.size() > options_.top)
            cut_to(options_.top);
        if (snapshot_.one_in > 1)
            for (AnalyzedGroup& group : result_.groups)
                group.interval = interval_of(group.followed, snapshot_.one_in);
        return std::move(result_);
    }

  private:
    void join_rows() {
        const std::uint64_t runs = std::max<std::uint64_t>(options_.repeats.ended, 1);
        for (AnalyzedGroup& group : result_.groups) {
            group.attention = attention_of(group, options_.mode, runs);
            name_thing(group);
            if (!group.judged && group.is_core)
                result_.not_judged_things[group.cache][group.part_of.plural] += group.count;
        }
        find_companions(result_.groups, snapshot_.one_in);
    }

    void name_thing(AnalyzedGroup& group) const {
        const ThingFinding found = options_.thing ? options_.thing(group) : ThingFinding{};
        if (found.thing == nullptr)
            return;
        group.part_of = {std::string(found.thing->singular), std::string(found.thing->plural)};
        group.is_core = found.is_core;
    }

    void sum_up_ends() {
        if (options_.mode != TraceMode::host)
            for (const auto& [id, counts] : snapshot_.counts)
                result_.freed_after_exit_unknown += counts.exit_ways.unknown * snapshot_.one_in;
        result_.last_moments = last_moments(snapshot_, options_.trace_started_ns);
    }

    static bool has_row(const AnalyzedGroup& group) {
        return group.attention != Attention::none && !group.companion;
    }

    // In the order of their rank; but what has a row of the first screen is cut off last.
    void cut_to(std::size_t top) {
        std::vector<AnalyzedGroup>& groups = result_.groups;
        const auto rows =
            static_cast<std::size_t>(std::count_if(groups.begin(), groups.end(), has_row));
        result_.groups_omitted = groups.size() - top;
        result_.look_omitted = rows > top ? rows - top : 0;
        std::size_t room_for_rows = std::min(rows, top);
        std::size_t room_for_others = top - room_for_rows;
        std::erase_if(groups, [&](const AnalyzedGroup& group) {
            std::size_t& room = has_row(group) ? room_for_rows : room_for_others;
            if (room == 0)
                return true;
            --room;
            return false;
        });
    }

    void add(const GroupKey& key, KeyGroup& source) {
        const OriginCounts counts = sum_counts(snapshot_, source.origins);
        const std::vector<Row> rows =
            rows_of(std::move(source.buckets), snapshot_.dentry_names, snapshot_.one_in);
        // What is counted over time is the origins, not the rows: the growth is that of the row
        // most of their objects are in.
        const auto largest =
            std::max_element(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
                return a.bucket.count() < b.bucket.count();
            });
        for (const Row& row : rows) {
            const Bucket& bucket = row.bucket;
            const Kind kind = row.kind;
            AnalyzedGroup group = describe(key, source, bucket, counts);
            if (key.object_class == ObjectClass::dentry)
                describe_dentries(group, row);
            group.kind = row_of(kind).name;
            group.missing_stage = row_of(kind).missing_stage;
            group.verdict = row_of(kind).verdict;
            group.advice = row_of(kind).advice;
            if (kind == Kind::negative_flood)
                if (const auto known = known_flood_advice(row.pattern); !known.empty())
                    group.advice = known;
            const std::uint64_t until_ns = observed_until(snapshot_, bucket);
            const std::uint64_t observed_ns = observed(until_ns);
            group.history =
                history_of(snapshot_, source.origins, result_.history_times_ns, until_ns);
            group.lifetimes = lifetimes_of(
                snapshot_, {source.origins, bucket.alive, bucket.released_at_exit != 0,
                            counts.deaths - std::min(counts.deaths, counts.exit_released)});
            if (&row == &*largest)
                group.growth_per_s = growth(group, counts, until_ns, observed_ns);
            if (key.object_class == ObjectClass::dentry && !group.growth_per_s &&
                observed_ns >= kMinTraceForRateNs)
                group.growth_per_s = per_second(group.count, observed_ns);
            group.repeats = growths_of(bucket);
            group.evidence =
                evidence_of(group, counts.exit_released, observed_ns, snapshot_.one_in > 1);
            if (key.object_class == ObjectClass::slab && options_.cache_destroyed &&
                options_.cache_destroyed(key.cache))
                accuse_destroyer(group);
            if (key.object_class == ObjectClass::dentry)
                group.evidence += dentry_evidence(group, row);
            for (const std::string& clause :
                 socket_evidence(kind, bucket.alive, relations_, snapshot_.one_in))
                group.evidence += "; " + clause;
            if (bucket.charged_dead)
                group.evidence += "; " + charged_text(*bucket.charged_dead, snapshot_.one_in);
            else if (group.judged)
                result_.outstanding += group.count;
            else
                result_.not_judged[group.cache] += group.count;
            verdicts_.add(group, bucket, until_ns, &row == &rows.front());
            result_.groups.push_back(std::move(group));
        }
        if (source.rcu_pending.count()) {
            AnalyzedGroup group = describe(key, source, source.rcu_pending, counts);
            group.verdict = Verdict::rcu_pending;
            group.evidence = "freed by its user; the memory waits for an RCU grace period";
            group.advice = kRcuPendingAdvice;
            group.given_up_by = given_up_by(source.rcu_pending.alive, snapshot_, options_);
            result_.rcu_pending += group.count;
            verdicts_.add(group, source.rcu_pending, snapshot_.taken_at_ns, false);
            result_.groups.push_back(std::move(group));
        }
    }

    AnalyzedGroup describe(const GroupKey& key, const KeyGroup& source, const Bucket& bucket,
                           const OriginCounts& counts) const {
        AnalyzedGroup group;
        group.object_class = key.object_class;
        group.cache = key.cache;
        group.program = key.program;
        if (key.object_class == ObjectClass::socket)
            group.socket = common_socket_name(bucket.alive);
        const std::uint32_t one_in = snapshot_.one_in;
        group.judged = !key.frees_hidden;
        group.followed = bucket.count();
        group.count = bucket.count() * one_in;
        group.released_at_exit = bucket.released_at_exit * one_in;
        group.outliving = bucket.outliving * one_in;
        if (group.released_at_exit != 0)
            group.exit_ways = counts.exit_ways;
        if (bucket.bytes_known)
            group.bytes = bucket.bytes * one_in;
        if (bucket.object_bytes.value_or(0))
            group.object_bytes = bucket.object_bytes;
        group.births = counts.births;
        group.deaths = counts.deaths;
        group.processes = processes_of(bucket, one_in);
        if (group.processes.empty() && key.object_class == ObjectClass::socket)
            group.processes = owners(bucket.alive);
        group.newcomers = are_newcomers(snapshot_, bucket, options_.trace_started_ns);
        HeldObjects held = held_objects(bucket.alive, snapshot_.holders);
        group.holders = std::move(held.holders);
        // Of a device's socket the device has the descriptor, which says nothing of the socket.
        const bool of_device = !bucket.alive.empty() && bucket.alive.front()->facts &&
                               key.object_class == ObjectClass::socket &&
                               is_of_device(bucket.alive.front()->facts->socket);
        if (card_of(key.object_class).is_read && !of_device)
            group.held = held.count;
        group.origins = source.origins;
        if (source.example) {
            group.kernel_stack = normalized_stack(source.example->kernel_stack, options_);
            group.context = source.example->context;
            group.user_stack = source.example->user_stack;
            group.user_stack_program = {source.example->tgid, source.example->program};
            group.user_stack_unwound = source.example->user_stack_unwound;
        }
        group.stack_checks = checks_of(bucket, counts);
        group.stack_quality = group.kernel_stack.empty()        ? "unknown"
                              : is_exact(group, bucket, counts) ? "exact"
                                                                : "inferred";
        if (options_.dentry_members && key.object_class == ObjectClass::dentry)
            for (const LiveObject* object : bucket.alive)
                group.members.push_back({object->slot.address, object->slot.birth_ns});
        describe_survivors(group, bucket.alive, snapshot_.taken_at_ns, options_.objects_per_group);
        return group;
    }

    std::vector<ReportProcess> owners(const std::vector<const LiveObject*>& sockets) const {
        std::vector<ReportProcess> found = owners_of_connections(sockets, snapshot_, relations_);
        for (ReportProcess& one : found)
            one.count *= snapshot_.one_in;
        return found;
    }

    // Of the runs that count.
    Growths growths_of(const Bucket& bucket) const {
        const RepeatFacts& repeats = options_.repeats;
        Growths growths(repeats.counted());
        for (std::size_t i = 0; i < growths.size(); ++i)
            if (const std::size_t run = repeats.warmup + i; run < bucket.by_run.size())
                growths[i] = bucket.by_run[run] * snapshot_.one_in;
        return growths;
    }

    static void accuse_destroyer(AnalyzedGroup& group) {
        group.cache_destroyed = true;
        group.evidence += "; the cache was destroyed with them in it, so nothing can free them any "
                          "more";
        group.advice = "Free every object before kmem_cache_destroy(), and wait for those that are "
                       "freed by RCU (rcu_barrier(), kvfree_rcu_barrier()): the stack shows what "
                       "made them";
    }

    // 0: unknown.
    std::uint64_t observed(std::uint64_t until_ns) const {
        const std::uint64_t start_ns = options_.trace_started_ns;
        return start_ns && until_ns > start_ns ? until_ns - start_ns : 0;
    }

    std::optional<double> growth(const AnalyzedGroup& group, const OriginCounts& counts,
                                 std::uint64_t until_ns, std::uint64_t observed_ns) const {
        if (auto slope = slope_per_s(count_series(snapshot_, group.origins, until_ns)))
            return slope;
        const bool nothing_freed = counts.births && counts.deaths <= counts.exit_released;
        if (nothing_freed && observed_ns >= kMinTraceForRateNs)
            return per_second(group.count, observed_ns);
        return std::nullopt;
    }

    static double per_second(std::uint64_t count, std::uint64_t observed_ns) {
        return static_cast<double>(count) / (static_cast<double>(observed_ns) / 1e9);
    }

    bool all_processes_ended() const {
        return std::none_of(snapshot_.processes.begin(), snapshot_.processes.end(),
                            [](const auto& entry) { return entry.second.alive; });
    }

    const Snapshot& snapshot_;
    const AnalyzeOptions& options_;
    const SocketRelations relations_;
    Verdicts verdicts_; // what was seen of the groups of result_, in its order
    AnalyzedGroups result_;
};

} // namespace

AnalyzedGroups analyze(const Snapshot& snapshot, const AnalyzeOptions& options) {
    return Analysis(snapshot, options).run();
}

} // namespace unfreed
