// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/companions.h"

#include "analyze/kind.h"
#include "analyze/sample_likeness.h"
#include "analyze/thing_parts.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace unfreed {
namespace {

// Below this a multiple is found by chance.
constexpr std::uint64_t kLeastForMultiples = 8;
// Times of birth are a tick early at most, 10 ms where it is longest (docs/architecture.md).
constexpr std::uint64_t kSameTimeNs = 20'000'000;

// Things with a name of their own, which bring many others.
constexpr std::array<std::string_view, 4> kNamed{"net_namespace", "user_namespace", "pid_namespace",
                                                 "mnt_namespace"};

bool has_name(const AnalyzedGroup& group) {
    return group.is_core || std::find(kNamed.begin(), kNamed.end(), group.cache) != kNamed.end();
}

// An exit freed all of it: how old it became is not kept, but where it was made is.
bool is_known_by_its_maker(const AnalyzedGroup& group) {
    return !group.age_ns && group.released_at_exit == group.count && !group.user_stack.empty();
}

bool may_join(const AnalyzedGroup& group) {
    return group.judged && (group.age_ns || is_known_by_its_maker(group)) &&
           !group.processes.empty() && group.count >= 2 && group.verdict != Verdict::rcu_pending &&
           group.verdict != Verdict::cached &&
           (group.facts.structure == Structure::none ||
            group.facts.structure == Structure::in_use) &&
           (group.kind != row_of(Kind::kernel_socket).name || !group.part_of.singular.empty());
}

// Lower is the better name for all of it.
int name_order(const AnalyzedGroup& group) {
    if (has_name(group))
        return 0;
    if (group.object_class == ObjectClass::socket)
        return 1;
    return group.object_class == ObjectClass::dentry && !group.pattern.empty() ? 2 : 3;
}

// What one act makes in several caches leaks alike, but the numbers of one may be spoiled by what
// others do in it: the surest stands for all.
int surest_first(const AnalyzedGroup& group) {
    return group.verdict == Verdict::leaking ? 0 : group.verdict == Verdict::suspect ? 1 : 2;
}

bool at_same_time(std::uint64_t one, std::uint64_t other) {
    return (one > other ? one - other : other - one) <= kSameTimeNs;
}

// The user stack of a group is that of one of its processes. Of several it says nothing: where they
// were loaded differs. That each of them has as many does.
bool made_by_the_same_acts(const AnalyzedGroup& group, const AnalyzedGroup& principal) {
    const auto same = [](const ReportProcess& one, const ReportProcess& other) {
        return one.pid == other.pid && one.count == other.count;
    };
    return group.processes.size() > 1 && group.count >= kLeastForMultiples &&
           group.count == principal.count && group.births == principal.births &&
           group.released_at_exit == principal.released_at_exit &&
           std::is_permutation(group.processes.begin(), group.processes.end(),
                               principal.processes.begin(), principal.processes.end(), same);
}

bool made_by_the_same_calls(const AnalyzedGroup& group, const AnalyzedGroup& principal) {
    const bool as_many = group.count == principal.count && group.births == principal.births;
    const bool a_multiple =
        principal.count >= kLeastForMultiples && group.count % principal.count == 0;
    return is_known_by_its_maker(group) && is_known_by_its_maker(principal) &&
           group.user_stack == principal.user_stack && (as_many || a_multiple);
}

bool belongs_to(const AnalyzedGroup& group, const AnalyzedGroup& principal) {
    if (!group.age_ns || !principal.age_ns)
        return made_by_the_same_calls(group, principal) ||
               (!group.age_ns && !principal.age_ns && made_by_the_same_acts(group, principal));
    const Ages& mine = *group.age_ns;
    const Ages& its = *principal.age_ns;
    if (!at_same_time(mine.min, its.min) || !at_same_time(mine.max, its.max))
        return false;
    if (group.count == principal.count)
        return at_same_time(mine.p50, its.p50);
    return principal.count >= kLeastForMultiples && group.count % principal.count == 0;
}

// One act is one call of one program.
bool may_be_one_call(const AnalyzedGroup& one, const AnalyzedGroup& other) {
    return one.user_stack.empty() || other.user_stack.empty() || one.user_stack == other.user_stack;
}

bool belongs_to_in_sample(const AnalyzedGroup& group, const AnalyzedGroup& principal) {
    return may_be_one_call(group, principal) && alike_in_sample(group, principal);
}

using Makers = std::pair<std::string, std::vector<std::uint32_t>>;

Makers makers_of(const AnalyzedGroup& group) {
    std::vector<std::uint32_t> pids;
    for (const ReportProcess& process : group.processes)
        pids.push_back(process.pid);
    std::sort(pids.begin(), pids.end());
    // A connection has no program that made it, but one that it is of.
    return {group.program.empty() && !pids.empty() ? group.processes.front().exe : group.program,
            std::move(pids)};
}

bool belong_together_to(const std::vector<AnalyzedGroup*>& parts, const AnalyzedGroup& principal) {
    std::uint64_t count = 0;
    Ages all = *parts.front()->age_ns;
    for (const AnalyzedGroup* part : parts) {
        count += part->count;
        all.min = std::min(all.min, part->age_ns->min);
        all.max = std::max(all.max, part->age_ns->max);
    }
    return principal.count >= kLeastForMultiples && count % principal.count == 0 &&
           at_same_time(all.min, principal.age_ns->min) &&
           at_same_time(all.max, principal.age_ns->max);
}

// Two call paths of one act share objects of one cache as chance will have it, until their stacks
// are walked: the two files of a pipe. Only their sum is a multiple.
void join_parts(const std::vector<AnalyzedGroup*>& principals) {
    using Place = std::pair<ObjectClass, std::string>;
    std::map<Place, std::vector<AnalyzedGroup*>> by_cache;
    for (AnalyzedGroup* group : principals)
        if (name_order(*group) == 3 && group->age_ns)
            by_cache[{group->object_class, group->cache}].push_back(group);
    for (const auto& entry : by_cache) {
        // Not by a structured binding: clang before 16 lets no lambda capture one.
        const Place& place = entry.first;
        const std::vector<AnalyzedGroup*>& parts = entry.second;
        const auto principal =
            std::find_if(principals.begin(), principals.end(), [&](const AnalyzedGroup* one) {
                return !one->companion && one->age_ns &&
                       Place(one->object_class, one->cache) != place &&
                       belong_together_to(parts, *one);
            });
        if (parts.size() < 2 || principal == principals.end())
            continue;
        for (AnalyzedGroup* part : parts)
            put_below(**principal, *part);
    }
}

// Two kinds of sockets are two things, however alike their numbers are. What is made of several is
// not: the entry of an eventfd in an epoll comes with the eventfd.
bool are_two_things(const AnalyzedGroup& one, const AnalyzedGroup& other) {
    if (name_order(one) == 3 || name_order(one) != name_order(other))
        return false;
    return name_order(one) != 0 || one.part_of.singular == other.part_of.singular;
}

void join(std::vector<AnalyzedGroup*>& groups, bool is_sample) {
    const auto belongs = is_sample ? belongs_to_in_sample : belongs_to;
    std::stable_sort(groups.begin(), groups.end(),
                     [](const AnalyzedGroup* a, const AnalyzedGroup* b) {
                         const auto order = [](const AnalyzedGroup* group) {
                             return std::tuple(name_order(*group), surest_first(*group),
                                               ~group->bytes.value_or(0));
                         };
                         return order(a) < order(b);
                     });
    std::vector<AnalyzedGroup*> principals;
    for (AnalyzedGroup* group : groups) {
        const auto principal =
            std::find_if(principals.begin(), principals.end(), [&](const AnalyzedGroup* one) {
                return !are_two_things(*one, *group) && belongs(*group, *one);
            });
        if (principal == principals.end()) {
            principals.push_back(group);
            continue;
        }
        put_below(**principal, *group);
    }
    if (!is_sample)
        join_parts(principals);
}

} // namespace

void find_companions(std::vector<AnalyzedGroup>& groups, std::uint32_t one_in) {
    std::map<Makers, std::vector<AnalyzedGroup*>> by_makers;
    for (AnalyzedGroup& group : groups)
        if (may_join(group))
            by_makers[makers_of(group)].push_back(&group);
    for (auto& [makers, of_one] : by_makers) {
        join_parts_of_things(of_one);
        std::erase_if(of_one, [](const AnalyzedGroup* group) { return group->companion; });
        join(of_one, one_in > 1);
    }
    for (AnalyzedGroup& group : groups)
        count_parts(group, one_in);
}

} // namespace unfreed
