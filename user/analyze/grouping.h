// SPDX-License-Identifier: BSD-2-Clause
// Which origins and which survivors make one group.
#pragma once

#include "analyze/options.h"
#include "analyze/standing.h"
#include "model/analysis.h"
#include "model/snapshot.h"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace unfreed {

// What the objects of a group have in common. `program` is the executable, else a process name.
struct GroupKey {
    ObjectClass object_class = ObjectClass::slab;
    std::string cache;
    std::vector<std::uint64_t> kernel_stack; // as far as it tells groups apart
    std::string program;
    bool frees_hidden = false;
    std::string user_key;

    // The user key is last: keys that differ in it only are neighbours.
    friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
    bool same_but_user_key(const GroupKey& other) const {
        return object_class == other.object_class && cache == other.cache &&
               kernel_stack == other.kernel_stack && program == other.program &&
               frees_hidden == other.frees_hidden;
    }
};

// What tells objects of one key apart. The numbers are those of Snapshot::dentry_names, 0 for what
// is no dentry.
struct BucketKey {
    Kind kind = Kind::outstanding;
    std::uint32_t place = 0;
    std::uint32_t pattern = 0;
    friend auto operator<=>(const BucketKey&, const BucketKey&) = default;
};

// The objects of one key that also have the kind in common.
struct Bucket {
    std::vector<const LiveObject*> alive;
    std::uint64_t released_at_exit = 0;
    std::uint64_t outliving = 0;
    std::optional<ChargedDead> charged_dead; // sockets that are gone, but not what they cost
    std::uint64_t bytes = 0;
    bool bytes_known = true;
    // By the run of the command in which they were born; empty: none were, or nothing was repeated.
    std::vector<std::uint64_t> by_run;
    std::optional<std::uint64_t> object_bytes; // of one; 0: unknown, or not all alike
    // By (tgid, start), which is what identifies a process.
    std::map<std::pair<std::uint32_t, std::uint64_t>, ReportProcess> processes;

    void note_size(std::uint64_t of_one) {
        object_bytes = object_bytes.value_or(of_one) == of_one ? of_one : 0;
    }
    std::uint64_t count() const {
        return alive.size() + released_at_exit + (charged_dead ? charged_dead->count : 0);
    }
};

void merge(Bucket& into, Bucket&& from);

struct KeyGroup {
    std::vector<OriginId> origins;        // sorted when grouping is complete
    const OriginEvent* example = nullptr; // nullptr: the origin is unknown
    std::map<BucketKey, Bucket> buckets;
    Bucket rcu_pending;
};

struct Grouping {
    std::map<GroupKey, KeyGroup> groups;
    std::uint64_t young_objects = 0;
    std::uint64_t objects_without_origin = 0;
    std::uint64_t objects_not_grouped = 0;
};

// Borrows the snapshot: the result points into it.
Grouping group(const Snapshot& snapshot, const AnalyzeOptions& options);

} // namespace unfreed
