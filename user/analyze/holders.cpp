// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/holders.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace unfreed {
namespace {

constexpr std::size_t kFdsKept = 16;

} // namespace

HeldObjects held_objects(const std::vector<const LiveObject*>& objects,
                         const HolderIndex& holders) {
    HeldObjects held;
    if (!holders.known())
        return held;
    held.count = 0;
    struct Sum {
        ReportHolder holder;
        std::set<std::string> ways;
    };
    std::map<std::uint32_t, Sum> by_process;
    for (const LiveObject* object : objects) {
        std::uint32_t last_tgid = 0; // holders of one process are neighbours
        for (const Holder& holder : holders.of(object->slot.address)) {
            *held.count += last_tgid == 0;
            Sum& sum = by_process[holder.tgid];
            sum.holder.objects += holder.tgid != last_tgid;
            last_tgid = holder.tgid;
            sum.ways.emplace(to_string(holder.how));
            if (holder.how == HoldKind::fd && sum.holder.fds.size() < kFdsKept)
                sum.holder.fds.push_back(holder.fd);
        }
    }
    for (auto& [tgid, sum] : by_process) {
        sum.holder.pid = tgid;
        sum.holder.ways.assign(sum.ways.begin(), sum.ways.end());
        std::sort(sum.holder.fds.begin(), sum.holder.fds.end());
        held.holders.push_back(std::move(sum.holder));
    }
    std::stable_sort(
        held.holders.begin(), held.holders.end(),
        [](const ReportHolder& a, const ReportHolder& b) { return a.objects > b.objects; });
    return held;
}

} // namespace unfreed
