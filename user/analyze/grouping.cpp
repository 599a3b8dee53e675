// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/grouping.h"

#include <algorithm>
#include <functional>
#include <set>

namespace unfreed {
namespace {

// Where an object comes from, as far as grouping is concerned: computing a key is dear, and a
// million objects share a few thousand of these.
struct Source {
    const OriginEvent* origin = nullptr;
    OriginId id;
    const ProcessInfo* process = nullptr;
    ObjectClass object_class = ObjectClass::slab;
    bool operator==(const Source&) const = default;
};

struct SourceHash {
    std::size_t operator()(const Source& source) const {
        return (std::hash<OriginId>{}(source.id) * 31 + std::hash<const void*>{}(source.process)) *
                   31 +
               static_cast<std::size_t>(source.object_class);
    }
};

void add_charges(ChargedDead& into, const ChargedDead& from) {
    into.count += from.count;
    into.rmem_alloc += from.rmem_alloc;
    into.wmem_queued += from.wmem_queued;
    into.forward_alloc += from.forward_alloc;
}

class Grouper {
  public:
    Grouper(const Snapshot& snapshot, const AnalyzeOptions& options)
        : snapshot_(snapshot), options_(options) {
        learn_programs();
    }

    Grouping run() {
        for (const LiveObject& object : snapshot_.objects)
            add(object);
        // In the order of their numbers, and those that have objects first: which origin joins
        // which group must not depend on the order of a hash table.
        std::vector<const OriginEvent*> origins;
        for (const auto& [id, origin] : snapshot_.origins)
            origins.push_back(&origin);
        std::sort(origins.begin(), origins.end(),
                  [](const OriginEvent* a, const OriginEvent* b) { return a->id < b->id; });
        for (const OriginEvent* origin : origins)
            add_released(*origin);
        for (const OriginEvent* origin : origins)
            join(*origin);
        for (const auto& [id, counts] : snapshot_.counts)
            if (!snapshot_.origins.count(id) && options_.mode != TraceMode::host)
                result_.objects_not_grouped += counts.exit_released;
        for (const ChargedDead& dead : snapshot_.charged_dead)
            add_charged(dead);
        fold_unnamed();
        for (auto& [key, group] : result_.groups) {
            std::vector<OriginId>& ids = group.origins;
            std::sort(ids.begin(), ids.end());
            ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        }
        return std::move(result_);
    }

  private:
    // Of a process that ended too soon only the name is known; if all processes of this name run
    // the same program, so did that one.
    void learn_programs() {
        std::map<std::string, std::set<std::string>> paths;
        const auto learn = [&](const ProcessInfo& process) {
            if (!process.exe.empty())
                paths[process.comm].insert(process.exe);
        };
        for (const auto& [tgid, process] : snapshot_.processes)
            learn(process);
        for (const ProcessInfo& process : snapshot_.former_processes)
            learn(process);
        for (const auto& [comm, exes] : paths)
            if (exes.size() == 1)
                program_of_comm_[comm] = *exes.begin();
    }

    std::string program_of(const Source& source) const {
        if (source.process && !source.process->exe.empty())
            return source.process->exe;
        std::string comm;
        if (source.process)
            comm = source.process->comm;
        else if (source.origin)
            comm = source.origin->comm;
        const auto known = program_of_comm_.find(comm);
        return known != program_of_comm_.end() ? known->second : comm;
    }

    // Everything but the user key, which may be dear.
    GroupKey kernel_key_of(const Source& source) const {
        GroupKey key;
        key.object_class = source.object_class;
        key.program = program_of(source);
        if (source.origin) {
            key.cache = source.origin->cache_name;
            key.frees_hidden = options_.frees_hidden && options_.frees_hidden(*source.origin);
            key.kernel_stack = normalized_stack(source.origin->kernel_stack, options_);
            if (options_.kernel_key)
                key.kernel_stack = options_.kernel_key(key.kernel_stack);
        }
        return key;
    }

    void add_user_key(GroupKey& key, const Source& source) const {
        if (!source.origin || source.origin->user_stack.empty())
            return;
        if (options_.user_key) {
            key.user_key = options_.user_key(*source.origin);
            return;
        }
        for (std::uint64_t address : source.origin->user_stack)
            key.user_key += std::to_string(address) + ' ';
    }

    KeyGroup& group_of(const Source& source) {
        auto [known, is_new] = group_of_source_.try_emplace(source, nullptr);
        if (is_new) {
            GroupKey key = kernel_key_of(source);
            add_user_key(key, source);
            known->second = &result_.groups[std::move(key)];
            enter(*known->second, source);
        }
        return *known->second;
    }

    static BucketKey bucket_key(const LiveObject& object, Kind kind) {
        if (object.slot.object_class != ObjectClass::dentry || !object.facts)
            return {kind};
        return {kind, object.facts->dentry.place, object.facts->dentry.pattern};
    }

    static void enter(KeyGroup& group, const Source& source) {
        if (source.origin && (!group.example || source.id < group.example->id))
            group.example = source.origin;
        group.origins.push_back(source.id);
    }

    void add(const LiveObject& object) {
        const TableObject& slot = object.slot;
        Source source;
        source.id = slot.origin;
        source.object_class = slot.object_class;
        const auto origin = snapshot_.origins.find(slot.origin);
        if (origin != snapshot_.origins.end())
            source.origin = &origin->second;
        source.process = find_process(snapshot_, slot.tgid, source.origin, slot.birth_ns);
        const Standing standing =
            standing_of(object, source.process, snapshot_.taken_at_ns, options_);
        if (standing.fate == Standing::Fate::young) {
            ++result_.young_objects;
            return;
        }
        result_.objects_without_origin += source.origin == nullptr;

        KeyGroup& group = group_of(source);
        Bucket& bucket = standing.fate == Standing::Fate::rcu_pending
                             ? group.rcu_pending
                             : group.buckets[bucket_key(object, standing.kind)];
        if (standing.fate == Standing::Fate::released_at_exit)
            ++bucket.released_at_exit;
        else
            bucket.alive.push_back(&object);
        bucket.outliving += standing.outlives_process;
        std::uint64_t size = slot.size_bytes;
        if (size == 0 && source.origin)
            size = source.origin->cache_object_bytes;
        add_bytes(bucket, size, 1);
        count_process(bucket, source, slot.tgid, 1);
        count_run(bucket, slot.birth_ns, 1);
    }

    Source source_of(const OriginEvent& origin) const {
        Source source;
        source.id = origin.id;
        source.origin = &origin;
        source.object_class = origin.object_class;
        source.process = find_process(snapshot_, origin.tgid, &origin, origin.time_ns);
        return source;
    }

    // What only the exit of its process freed.
    void add_released(const OriginEvent& origin) {
        const auto counts = snapshot_.counts.find(origin.id);
        if (counts == snapshot_.counts.end() || options_.mode == TraceMode::host ||
            counts->second.exit_released == 0)
            return;
        const std::uint64_t released = counts->second.exit_released;
        const Source source = source_of(origin);
        KeyGroup& group = group_of(source);
        const Kind kind = kind_released_at_exit(origin.object_class);
        Bucket& bucket = group.buckets[{kind}];
        bucket.released_at_exit += released;
        add_bytes(bucket, origin.cache_object_bytes, released);
        count_process(bucket, source, origin.tgid, released);
        count_run(bucket, origin.time_ns, released); // an origin is of one process, so of one run
    }

    void add_charged(const ChargedDead& dead) {
        Source source;
        source.id = dead.origin.id;
        source.object_class = ObjectClass::socket;
        source.origin = &dead.origin;
        source.process = find_process(snapshot_, dead.tgid, &dead.origin, dead.origin.time_ns);
        Bucket& bucket = group_of(source).buckets[{Kind::memory_not_returned}];
        ChargedDead& sum =
            bucket.charged_dead ? *bucket.charged_dead : bucket.charged_dead.emplace();
        add_charges(sum, dead);
        const std::int64_t bytes = dead.rmem_alloc + dead.wmem_queued + dead.forward_alloc;
        add_bytes(bucket, static_cast<std::uint64_t>(bytes < 0 ? -bytes : bytes), 1);
        bucket.object_bytes = 0; // they are of `count` objects
        count_process(bucket, source, dead.tgid, dead.count);
        count_run(bucket, dead.origin.time_ns, dead.count);
    }

    // Births, deaths and exits of an origin without survivors count in the group of its siblings,
    // if there is one.
    void join(const OriginEvent& origin) {
        const Source source = source_of(origin);
        if (!snapshot_.counts.contains(origin.id) || group_of_source_.contains(source))
            return;
        GroupKey key = kernel_key_of(source);
        const auto sibling = result_.groups.lower_bound(key);
        if (sibling == result_.groups.end() || !sibling->first.same_but_user_key(key))
            return;
        add_user_key(key, source);
        const auto group = result_.groups.find(key);
        if (group != result_.groups.end())
            enter(group->second, source);
    }

    void count_run(Bucket& bucket, std::uint64_t birth_ns, std::uint64_t objects) const {
        const RepeatFacts& repeats = options_.repeats;
        if (repeats.starts_ns.empty())
            return;
        bucket.by_run.resize(repeats.starts_ns.size());
        bucket.by_run[repeats.run_at(birth_ns)] += objects;
    }

    bool is_unnamed(const GroupKey& key, const KeyGroup& group) const {
        return key.user_key.empty() &&
               std::any_of(group.origins.begin(), group.origins.end(), [&](OriginId id) {
                   const auto origin = snapshot_.origins.find(id);
                   return origin != snapshot_.origins.end() && !origin->second.user_stack.empty();
               });
    }

    // A program that ends at once may be gone before its functions are named, and the next run of
    // it not. Where all that have names came by one call, so did the others. Of a command that is
    // repeated all that differ in nothing else are one: what each run leaves would be in one group
    // now and in another then.
    void fold_unnamed() {
        auto& groups = result_.groups;
        for (auto first = groups.begin(); first != groups.end();) {
            auto end = std::next(first);
            while (end != groups.end() && end->first.same_but_user_key(first->first))
                ++end;
            const auto named = std::distance(first, end) - 1; // no key: it is the first
            if (is_unnamed(first->first, first->second) &&
                (named == 1 || options_.repeats.asked != 0))
                for (auto next = std::next(first); next != end; next = groups.erase(next))
                    merge(first->second, std::move(next->second));
            first = end;
        }
    }

    // The example is of those that have names, if any has.
    static void merge(KeyGroup& into, KeyGroup&& named) {
        into.origins.insert(into.origins.end(), named.origins.begin(), named.origins.end());
        into.example = named.example ? named.example : into.example;
        for (auto& [key, bucket] : named.buckets)
            unfreed::merge(into.buckets[key], std::move(bucket));
        unfreed::merge(into.rcu_pending, std::move(named.rcu_pending));
    }

    static void add_bytes(Bucket& bucket, std::uint64_t size, std::uint64_t objects) {
        bucket.note_size(size);
        bucket.bytes += size * objects;
        bucket.bytes_known = bucket.bytes_known && size != 0;
    }

    static void count_process(Bucket& bucket, const Source& source, std::uint32_t tgid,
                              std::uint64_t objects) {
        if (tgid == 0)
            return;
        const std::uint64_t start = source.process ? source.process->started_at_ns : 0;
        auto [it, is_new] = bucket.processes.try_emplace({tgid, start});
        ReportProcess& process = it->second;
        process.count += objects;
        if (!is_new)
            return;
        process.pid = tgid;
        if (source.process) {
            process.comm = source.process->comm;
            process.exe = source.process->exe;
            process.cgroup = source.process->cgroup;
            process.alive = source.process->alive;
        } else if (source.origin && source.origin->tgid == tgid) {
            process.comm = source.origin->comm;
        }
    }

    const Snapshot& snapshot_;
    const AnalyzeOptions& options_;
    std::map<std::string, std::string> program_of_comm_;
    std::unordered_map<Source, KeyGroup*, SourceHash> group_of_source_;
    Grouping result_;
};

} // namespace

void merge(Bucket& into, Bucket&& from) {
    into.alive.insert(into.alive.end(), from.alive.begin(), from.alive.end());
    into.released_at_exit += from.released_at_exit;
    into.outliving += from.outliving;
    into.bytes += from.bytes;
    into.bytes_known = into.bytes_known && from.bytes_known;
    if (from.object_bytes)
        into.note_size(*from.object_bytes);
    if (from.charged_dead && into.charged_dead)
        add_charges(*into.charged_dead, *from.charged_dead);
    else if (from.charged_dead)
        into.charged_dead = std::move(from.charged_dead);
    into.by_run.resize(std::max(into.by_run.size(), from.by_run.size()));
    for (std::size_t i = 0; i < from.by_run.size(); ++i)
        into.by_run[i] += from.by_run[i];
    for (auto& [identity, process] : from.processes) {
        auto [it, is_new] = into.processes.try_emplace(identity, process);
        if (!is_new)
            it->second.count += process.count;
    }
}

Grouping group(const Snapshot& snapshot, const AnalyzeOptions& options) {
    return Grouper(snapshot, options).run();
}

} // namespace unfreed
