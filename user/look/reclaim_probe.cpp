// SPDX-License-Identifier: BSD-2-Clause
#include "look/reclaim_probe.h"

#include "base/log.h"
#include "base/unique_fd.h"
#include "bpf/grace_period.h"
#include "judgement/dentry_overview.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace unfreed::look {
namespace {

constexpr const char* kDropCaches = "/proc/sys/vm/drop_caches";

Result<> drop_dentries_and_inodes() {
    UniqueFd file(::open(kDropCaches, O_WRONLY | O_CLOEXEC));
    if (!file || ::write(file.get(), "2\n", 2) != 2)
        return fail_errno(Errc::permission, errno,
                          std::string("--probe-reclaim: cannot write to ") + kDropCaches);
    return {};
}

std::optional<std::uint64_t> in_use(const KernelCounts& counts) {
    const SlabCache* cache = counts.slabs ? counts.slabs->find("dentry") : nullptr;
    return cache ? std::optional(cache->active_objects) : std::nullopt;
}

Reclaim look_at(const AnalyzedGroup& group, EventSource& source, std::uint32_t one_in) {
    constexpr std::size_t kAtOnce = 4096;
    Reclaim reclaim;
    std::vector<InspectRequest> requests;
    const auto look = [&] {
        for (const Inspection& answer : source.inspect(requests, false)) {
            const bool gone = answer.verdict == Inspection::Verdict::gone ||
                              answer.verdict == Inspection::Verdict::dead;
            (gone ? reclaim.reclaimed : reclaim.remaining) += one_in;
        }
        requests.clear();
    };
    for (const ObjectKey& key : group.members) {
        requests.push_back({key, 0, group.object_class});
        if (requests.size() == kAtOnce)
            look();
    }
    look();
    return reclaim;
}

} // namespace

Result<> probe_reclaim(Report& report, const AnalyzedGroups& analyzed, EventSource& source,
                       KernelBooks& books, std::uint32_t one_in) {
    // One round lets what was used lately pass; the kernel may also take more than one to free a
    // long list.
    constexpr unsigned kMostRounds = 4;
    log::warning(
        "--probe-reclaim: writing 2 to /proc/sys/vm/drop_caches, up to 4 times: the kernel "
        "frees all dentries and inodes that nobody uses, on the whole host. Nothing is "
        "lost; for a while files are found more slowly");
    ReclaimReport result;
    KernelCounts before = books.read();
    result.before = kernel_dentries(before);
    result.slab_before = in_use(before);
    std::optional<std::int64_t> unused = result.before.unused;
    KernelCounts after;
    do {
        if (auto dropped = drop_dentries_and_inodes(); !dropped)
            return dropped;
        ++result.rounds;
        bpf::wait_for_grace_period();
        after = books.read();
        const auto now = kernel_dentries(after).unused;
        const bool falls = now && unused && *now < *unused - *unused / 100;
        unused = now;
        if (!falls)
            break;
    } while (result.rounds < kMostRounds);
    result.after = kernel_dentries(after);
    result.slab_after = in_use(after);
    for (std::size_t i = 0; i < report.groups.size(); ++i) {
        if (analyzed.groups[i].object_class != ObjectClass::dentry ||
            analyzed.groups[i].members.empty())
            continue;
        const Reclaim reclaim = look_at(analyzed.groups[i], source, one_in);
        report.groups[i].reclaim = reclaim;
        result.dentries.reclaimed += reclaim.reclaimed;
        result.dentries.remaining += reclaim.remaining;
    }
    report.reclaim = result;
    return {};
}

} // namespace unfreed::look
