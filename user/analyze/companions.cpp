// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/companions.h"

#include "analyze/kind.h"

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

bool may_join(const AnalyzedGroup& group) {
    return group.judged && group.age_ns && !group.processes.empty() && group.count >= 2 &&
           group.verdict != Verdict::rcu_pending && group.verdict != Verdict::cached &&
           (group.facts.structure == Structure::none ||
            group.facts.structure == Structure::in_use) &&
           group.kind != row_of(Kind::kernel_socket).name;
}

// Lower is the better name for all of it.
int name_order(const AnalyzedGroup& group) {
    if (std::find(kNamed.begin(), kNamed.end(), group.cache) != kNamed.end())
        return 0;
    if (group.object_class == ObjectClass::socket)
        return 1;
    return group.object_class == ObjectClass::dentry && !group.pattern.empty() ? 2 : 3;
}

bool at_same_time(std::uint64_t one, std::uint64_t other) {
    return (one > other ? one - other : other - one) <= kSameTimeNs;
}

bool belongs_to(const AnalyzedGroup& group, const AnalyzedGroup& principal) {
    const Ages& mine = *group.age_ns;
    const Ages& its = *principal.age_ns;
    if (!at_same_time(mine.min, its.min) || !at_same_time(mine.max, its.max))
        return false;
    if (group.count == principal.count)
        return at_same_time(mine.p50, its.p50);
    return principal.count >= kLeastForMultiples && group.count % principal.count == 0;
}

using Makers = std::pair<std::string, std::vector<std::uint32_t>>;

Makers makers_of(const AnalyzedGroup& group) {
    std::vector<std::uint32_t> pids;
    for (const ReportProcess& process : group.processes)
        pids.push_back(process.pid);
    std::sort(pids.begin(), pids.end());
    return {group.program, std::move(pids)};
}

void join(std::vector<AnalyzedGroup*>& groups) {
    std::stable_sort(groups.begin(), groups.end(),
                     [](const AnalyzedGroup* a, const AnalyzedGroup* b) {
                         const auto order = [](const AnalyzedGroup* group) {
                             return std::tuple(name_order(*group), ~group->bytes.value_or(0));
                         };
                         return order(a) < order(b);
                     });
    std::vector<AnalyzedGroup*> principals;
    for (AnalyzedGroup* group : groups) {
        const auto principal =
            std::find_if(principals.begin(), principals.end(), [&](const AnalyzedGroup* one) {
                // Two kinds of sockets are two things, however alike their numbers are.
                const bool both_named =
                    name_order(*one) < 3 && name_order(*one) == name_order(*group);
                return !both_named && belongs_to(*group, *one);
            });
        if (principal == principals.end()) {
            principals.push_back(group);
            continue;
        }
        group->companion = true;
        (*principal)
            ->companions.push_back({group->object_class, group->cache, group->count, group->bytes});
    }
}

} // namespace

void find_companions(std::vector<AnalyzedGroup>& groups) {
    std::map<Makers, std::vector<AnalyzedGroup*>> by_makers;
    for (AnalyzedGroup& group : groups)
        if (may_join(group))
            by_makers[makers_of(group)].push_back(&group);
    for (auto& [makers, of_one] : by_makers)
        join(of_one);
}

} // namespace unfreed
