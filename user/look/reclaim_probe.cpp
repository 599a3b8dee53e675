// SPDX-License-Identifier: BSD-2-Clause
#include "look/reclaim_probe.h"

#include "base/log.h"
#include "judgement/dentry_overview.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace unfreed::look {
namespace {

std::optional<std::uint64_t> in_use(const KernelCounts& counts) {
    const SlabCache* cache = counts.slabs ? counts.slabs->find("dentry") : nullptr;
    return cache ? std::optional(cache->active_objects) : std::nullopt;
}

void look_at(const AnalyzedGroup& group, Witness& witness, Closeups::Reclaimed& reclaimed) {
    constexpr std::size_t kAtOnce = 4096;
    std::vector<InspectRequest> requests;
    const auto look = [&] {
        const std::vector<Inspection> answers = witness.inspect(requests, false);
        for (std::size_t i = 0; i < std::min(answers.size(), requests.size()); ++i) {
            const bool gone = answers[i].verdict == Inspection::Verdict::gone ||
                              answers[i].verdict == Inspection::Verdict::dead;
            (gone ? reclaimed.freed : reclaimed.kept).push_back(requests[i].key);
        }
        requests.clear();
    };
    for (const ObjectKey& key : group.members) {
        requests.push_back({key, 0, group.object_class});
        if (requests.size() == kAtOnce)
            look();
    }
    look();
}

// The memory of a dentry is given back by a callback of RCU (fs/dcache.c: dentry_free), which a
// busy host runs well after the grace period: reads on until as many objects are gone as dentries.
void await_slab(ReclaimReport& result, Surroundings& surroundings) {
    constexpr std::chrono::milliseconds kPause{50};
    constexpr int kMostPauses = 40;
    const auto gone = [](const std::optional<std::int64_t>& before,
                         const std::optional<std::int64_t>& after) {
        return before && after ? *before - *after : 0;
    };
    const std::int64_t dentries = gone(result.before.total, result.after.total);
    for (int i = 0; i < kMostPauses && result.slab_before && result.slab_after; ++i) {
        const std::int64_t objects = static_cast<std::int64_t>(*result.slab_before) -
                                     static_cast<std::int64_t>(*result.slab_after);
        if (objects >= dentries - dentries / 10)
            return;
        surroundings.wait(kPause);
        result.slab_after = in_use(surroundings.books().read());
    }
}

// As long as it helps. Fills in all but the dentries of the report.
Result<> drop_caches(ReclaimReport& result, Surroundings& surroundings) {
    // One round lets what was used lately pass; the kernel may also take more than one to free a
    // long list.
    constexpr unsigned kMostRounds = 4;
    KernelCounts before = surroundings.books().read();
    result.before = kernel_dentries(before);
    result.slab_before = in_use(before);
    std::optional<std::int64_t> unused = result.before.unused;
    KernelCounts after;
    do {
        if (auto dropped = surroundings.drop_dentries_and_inodes(); !dropped)
            return dropped;
        ++result.rounds;
        after = surroundings.books().read();
        const auto now = kernel_dentries(after).unused;
        const bool falls = now && unused && *now < *unused - *unused / 100;
        unused = now;
        if (!falls)
            break;
    } while (result.rounds < kMostRounds);
    result.after = kernel_dentries(after);
    result.slab_after = in_use(after);
    await_slab(result, surroundings);
    return {};
}

} // namespace

Result<> probe_reclaim(Survey& survey, const Findings& findings, Witness& witness,
                       Surroundings& surroundings) {
    log::warning(
        "--probe-reclaim: writing 2 to /proc/sys/vm/drop_caches, up to 4 times: the kernel "
        "frees all dentries and inodes that nobody uses, on the whole host. Nothing is "
        "lost; for a while files are found more slowly");
    Closeups::Reclaimed reclaimed;
    if (auto dropped = drop_caches(reclaimed.report, surroundings); !dropped)
        return dropped;
    for (const AnalyzedGroup& group : findings.analyzed.groups)
        if (group.object_class == ObjectClass::dentry)
            look_at(group, witness, reclaimed);
    std::sort(reclaimed.freed.begin(), reclaimed.freed.end());
    std::sort(reclaimed.kept.begin(), reclaimed.kept.end());
    survey.closeups.reclaimed = std::move(reclaimed);
    return {};
}

} // namespace unfreed::look
