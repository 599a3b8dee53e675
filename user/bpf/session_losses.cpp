// SPDX-License-Identifier: BSD-2-Clause
// What the kernel side counted as lost, and what the kernel skipped.
#include "bpf/grace_period.h"
#include "bpf/session.h"
#include "model/counter.h"

#include <algorithm>

namespace unfreed::bpf {
namespace {

// How often what the kernel skipped is read. Events that are under way make a reading too large, so
// the least one counts.
constexpr int kReadings = 5;

// How often the kernel skipped this program because it was running already (5.12 and later).
std::uint64_t recursion_misses(int program_fd) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof(info);
    return bpf_obj_get_info_by_fd(program_fd, &info, &size) == 0 ? info.recursion_misses : 0;
}

bool loses_objects(uf_hook hook) {
    const HookInfo& info = hook_info(hook);
    return info.essential || info.stage.starts_with("death") || info.stage.starts_with("birth") ||
           hook == UF_HOOK_SOCKET_CLONE;
}

} // namespace

Session::SkippedByHook Session::read_skipped(const std::vector<uf_cpu>& cpus) const {
    SkippedByHook skipped;
    for (const auto& [hook, attached] : attached_) {
        if (!loses_objects(hook))
            continue;
        SkippedEvents& events = skipped[hook];
        for (const uf_cpu& cpu : cpus)
            events.rescued += cpu.rescued[hook];
        for (int fd : attached.program_fds)
            events.misses.push_back(recursion_misses(fd));
    }
    return skipped;
}

// A reading that a grace period later is still the same has no event under way in it. Where there
// is none, the count must rather be too large than hide an event that is lost later: then `rescued`
// is from after the grace period, when the copies of every event that the misses count have run.
void Session::note_skipped_before() {
    for (int reading = 0; reading < kReadings; ++reading) {
        const auto cpus = read_cpus();
        skipped_before_ = read_skipped(cpus ? *cpus : std::vector<uf_cpu>{});
        const bool any =
            std::any_of(skipped_before_.begin(), skipped_before_.end(), [](const auto& hook) {
                return std::any_of(hook.second.misses.begin(), hook.second.misses.end(),
                                   [](std::uint64_t misses) { return misses != 0; });
            });
        if (!any)
            return;
        wait_for_grace_period();
        const auto cpus_later = read_cpus();
        const SkippedByHook later = cpus_later ? read_skipped(*cpus_later) : SkippedByHook{};
        bool same = true;
        for (const auto& [hook, skipped] : later) {
            SkippedEvents& before = skipped_before_.at(hook);
            same = same && skipped.misses == before.misses && skipped.rescued == before.rescued;
            if (skipped.misses.size() > 1)
                before.rescued = skipped.rescued;
            else // nothing is rescued
                before = skipped;
        }
        if (same)
            return;
    }
}

// Do the events of a CPU nest, so that the copies know which they got?
bool Session::counts_exactly(const Attached& attached) const {
    return attached.program_fds.size() > 1 &&
           !(at_function(attached.variant.kind) ? preemptible_.functions
                                                : preemptible_.tracepoints);
}

Result<std::map<uf_hook, std::uint64_t>> Session::read_lost() const {
    std::map<uf_hook, std::uint64_t> least;
    std::uint64_t sum = 1;
    for (int reading = 0; reading < kReadings && sum != 0; ++reading) {
        if (reading > 0)
            wait_for_grace_period();   // what was under way is done
        const auto cpus = read_cpus(); // before the misses
        if (!cpus)
            return fail(cpus.error());
        sum = 0;
        for (const auto& [hook, now] : read_skipped(*cpus)) {
            const auto before = skipped_before_.find(hook);
            const std::uint64_t lost =
                lost_events(before != skipped_before_.end() ? before->second : SkippedEvents{}, now,
                            counts_exactly(attached_.at(hook)));
            const auto [known, fresh] = least.emplace(hook, lost);
            known->second = std::min(known->second, lost);
            sum += known->second;
        }
    }
    return least;
}

Result<> Session::read_counters(Counters& counters) {
    auto values = read_cpus();
    if (!values)
        return fail(values.error());
    for (unsigned i = 0; i < UF_CTR_COUNT; ++i) {
        std::uint64_t sum = 0;
        for (const uf_cpu& cpu : *values)
            sum += cpu.counters[i];
        counters.set(static_cast<Counter>(i), sum);
    }
    for (const uf_cpu& cpu : *values)
        for (const uf_cache& entry : cpu.caches)
            counters.add(Counter::UNKNOWN_DEATHS, entry.deaths);
    const auto lost = read_lost();
    if (!lost)
        return fail(lost.error());
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < hooks_.size(); ++i) {
        const auto found = lost->find(reported_[i]);
        if (found == lost->end())
            continue;
        const Attached& attached = attached_.at(reported_[i]);
        hooks_[i].events_lost = {found->second,
                                 attached.program_fds.size() == 1 || counts_exactly(attached)};
        sum += found->second;
    }
    counters.set(Counter::RECURSION_MISSES, sum);
    counters.set(Counter::SITES_NOT_KNOWN, sites_not_known_);
    return {};
}

} // namespace unfreed::bpf
