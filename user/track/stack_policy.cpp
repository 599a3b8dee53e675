// SPDX-License-Identifier: BSD-2-Clause
#include "track/stack_policy.h"

#include <algorithm>

namespace unfreed {
namespace {

// The origins of one cheap key, under the id of the one that is looked up first.
struct Key {
    std::uint64_t births = 0;
    bool survivors = false;
    bool walked = false;
};

struct Candidate {
    double births_per_s;
    OriginId id;
};

OriginId key_of(OriginId id, const OriginCounts& counts) {
    return counts.split_of.value != 0 ? counts.split_of : id;
}

std::unordered_map<OriginId, Key> keys_of(const TableSnapshot& table) {
    std::unordered_map<OriginId, Key> keys;
    keys.reserve(table.origins.size());
    for (const auto& [id, counts] : table.origins) {
        Key& key = keys[key_of(id, counts)];
        key.births += counts.births;
        if (counts.split_of.value == 0)
            key.walked = counts.walked;
    }
    OriginId last;
    for (const TableObject& object : table.objects) {
        if (object.origin == last)
            continue; // neighbours often come from one place
        last = object.origin;
        const auto counts = table.origins.find(object.origin);
        if (counts != table.origins.end())
            keys[key_of(object.origin, counts->second)].survivors = true;
    }
    return keys;
}

} // namespace

StackPolicy::Change StackPolicy::decide(const TableSnapshot& table) {
    const auto keys = keys_of(table);
    const double seconds =
        last_ns_ != 0 ? static_cast<double>(table.taken_at_ns - last_ns_) / 1e9 : 0;
    std::vector<Candidate> candidates;
    std::unordered_map<OriginId, std::uint64_t> births;
    births.reserve(keys.size());
    for (const auto& [id, key] : keys) {
        births.emplace(id, key.births);
        if (!key.survivors || seconds <= 0)
            continue;
        const auto before = births_.find(id);
        const std::uint64_t known = before != births_.end() ? before->second : 0;
        const auto born = static_cast<double>(key.births > known ? key.births - known : 0);
        candidates.push_back({born / seconds, id});
    }
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return a.births_per_s != b.births_per_s ? a.births_per_s < b.births_per_s
                                                : a.id.value < b.id.value;
    });

    Change change;
    std::unordered_map<OriginId, bool> chosen;
    double spent = 0;
    for (const Candidate& candidate : candidates) {
        spent += candidate.births_per_s;
        if (spent > walks_per_s_)
            break;
        chosen.emplace(candidate.id, true);
        if (!keys.at(candidate.id).walked)
            change.walk.push_back(candidate.id);
    }
    if (seconds > 0)
        for (const auto& [id, key] : keys)
            if (key.walked && !chosen.contains(id))
                change.spare.push_back(id);
    births_ = std::move(births);
    last_ns_ = table.taken_at_ns;
    return change;
}

} // namespace unfreed
