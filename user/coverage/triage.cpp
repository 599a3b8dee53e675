// SPDX-License-Identifier: BSD-2-Clause
#include "coverage/triage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace unfreed {
namespace {

// Growth that needs no explanation in a few seconds: batches of per-CPU counters and lists.
constexpr std::int64_t kNoiseBytes = 256 << 10;
// A part of the whole memory that is worth a sentence even if it does not grow.
constexpr std::uint64_t kLargeShare = 8;
constexpr std::size_t kCachesKept = 8;

std::string mib(std::int64_t bytes) {
    return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

std::vector<Triage::Cache> growing_caches(const TriageSample& start, const TriageSample& end) {
    std::vector<Triage::Cache> caches;
    if (!start.counts.slabs || !end.counts.slabs)
        return caches;
    for (const SlabCache& now : end.counts.slabs->caches) {
        const SlabCache* before = start.counts.slabs->find(now.name);
        // What a slab cache takes is its slabs, full or not.
        const auto objects = static_cast<std::int64_t>(now.total_objects) -
                             static_cast<std::int64_t>(before ? before->total_objects : 0);
        if (objects > 0)
            caches.push_back({now.name, objects,
                              objects * static_cast<std::int64_t>(now.object_bytes),
                              now.total_objects * now.object_bytes});
    }
    std::stable_sort(caches.begin(), caches.end(),
                     [](const auto& a, const auto& b) { return a.bytes_grown > b.bytes_grown; });
    caches.resize(std::min(caches.size(), kCachesKept));
    return caches;
}

std::optional<std::uint64_t> not_negative(const std::optional<DentryState>& state,
                                          std::int64_t DentryState::*field) {
    if (!state)
        return std::nullopt;
    return static_cast<std::uint64_t>(std::max<std::int64_t>((*state).*field, 0));
}

std::optional<std::uint64_t> in_use(const TriageSample& sample, std::string_view protocol) {
    const ProtocolCounts* counts =
        sample.counts.sockstat ? sample.counts.sockstat->find(protocol) : nullptr;
    return counts ? counts->inuse : std::nullopt;
}

std::optional<std::uint64_t> memory_of(const TriageSample& sample, std::string_view protocol) {
    const ProtocolCounts* counts =
        sample.counts.sockstat ? sample.counts.sockstat->find(protocol) : nullptr;
    if (!counts || !counts->mem_pages)
        return std::nullopt;
    return *counts->mem_pages * sample.page_bytes;
}

std::vector<Triage::Count> counts_of(const TriageSample& start, const TriageSample& end) {
    const auto both = [&](const char* name, auto read, bool is_bytes = false) {
        return Triage::Count{name, read(start), read(end), is_bytes};
    };
    return {
        both("sockets",
             [](const TriageSample& s) {
                 return s.counts.sockstat ? s.counts.sockstat->sockets_used : std::nullopt;
             }),
        both("TCP sockets in use", [](const TriageSample& s) { return in_use(s, "TCP"); }),
        both("TCP orphans", [](const TriageSample& s) { return s.tcp.orphans; }),
        both(
            "TCP memory", [](const TriageSample& s) { return memory_of(s, "TCP"); }, true),
        both(
            "UDP memory", [](const TriageSample& s) { return memory_of(s, "UDP"); }, true),
        both("dentries",
             [](const TriageSample& s) {
                 return not_negative(s.counts.dentries, &DentryState::dentries);
             }),
        both("dentries, unused",
             [](const TriageSample& s) {
                 return not_negative(s.counts.dentries, &DentryState::unused);
             }),
        both("dentries, negative",
             [](const TriageSample& s) {
                 return not_negative(s.counts.dentries, &DentryState::negative);
             }),
        both("cgroups, removed and dying", [](const TriageSample& s) { return s.dying_cgroups; }),
    };
}

std::int64_t growth_of(const Triage::Count& count) {
    return count.start && count.end
               ? static_cast<std::int64_t>(*count.end) - static_cast<std::int64_t>(*count.start)
               : 0;
}

// One thing that may be wrong, what to say of it, and what to run next.
struct Suspicion {
    std::int64_t weight = 0; // bytes that came
    std::string sentence;
    std::vector<std::string> next;
};

class Suspicions {
  public:
    Suspicions(const Triage& triage, const TriageSample& end) : triage_(triage), end_(end) {}

    std::vector<Suspicion> all() && {
        add_slab();
        add_sockets();
        add_other_parts();
        add_unaccounted();
        add_descriptors();
        add_dying_cgroups();
        std::stable_sort(all_.begin(), all_.end(), [](const Suspicion& a, const Suspicion& b) {
            return a.weight > b.weight;
        });
        return std::move(all_);
    }

  private:
    void add(std::int64_t weight, std::string sentence, std::vector<std::string> next) {
        all_.push_back({weight, std::move(sentence), std::move(next)});
    }

    void add_slab() {
        for (const Triage::Cache& cache : triage_.caches) {
            const bool large = cache.bytes > triage_.memory.end.total_bytes / kLargeShare;
            if (cache.bytes_grown < kNoiseBytes && !large)
                continue;
            add(cache.bytes_grown,
                fmt::format("the slab cache {} grew by {} to {}", cache.name,
                            mib(cache.bytes_grown), mib(static_cast<std::int64_t>(cache.bytes))),
                {"trace", "--cache", cache.name, "--duration", "60s"});
        }
    }

    void add_sockets() {
        for (const Triage::Count& count : triage_.counts)
            if (count.is_bytes && growth_of(count) >= kNoiseBytes)
                add(growth_of(count),
                    fmt::format("{} grew by {} to {}: queues of sockets", count.name,
                                mib(growth_of(count)), mib(static_cast<std::int64_t>(*count.end))),
                    {"trace", "--class", "socket", "--duration", "60s"});
    }

    // Parts that are neither a program's own memory nor slab.
    void add_other_parts() {
        constexpr std::array kKernelParts{"page tables", "kernel stacks", "percpu", "vmalloc",
                                          "huge pages"};
        const auto& parts = triage_.memory.end.parts;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const std::int64_t growth = growth_of(triage_.memory, i);
            if (growth >= kNoiseBytes && std::find(kKernelParts.begin(), kKernelParts.end(),
                                                   parts[i].name) != kKernelParts.end())
                add(growth,
                    fmt::format("{} grew by {} to {}", parts[i].name, mib(growth),
                                mib(static_cast<std::int64_t>(parts[i].bytes))),
                    {"trace", "--duration", "60s"});
        }
    }

    void add_unaccounted() {
        constexpr std::int64_t kNoise = 4 << 20; // the parts are read one after the other
        const std::int64_t growth = unaccounted_growth(triage_.memory) - queue_growth();
        if (growth < kNoise)
            return;
        add(growth,
            fmt::format("{} of pages went that no part accounts for ({} in all): kernel code took "
                        "them for itself (alloc_pages)",
                        mib(growth), mib(triage_.memory.end.unaccounted_bytes)),
            {"trace", "--duration", "60s"});
    }

    // Queues of sockets lie in pages that no part of meminfo counts.
    std::int64_t queue_growth() const {
        std::int64_t growth = 0;
        for (const Triage::Count& count : triage_.counts)
            if (count.is_bytes)
                growth += std::max<std::int64_t>(growth_of(count), 0);
        return growth;
    }

    void add_descriptors() {
        for (const Triage::Descriptors& use : triage_.descriptors)
            if (use.open * 10 >= use.limit * 8)
                add(static_cast<std::int64_t>(use.open) * 1024,
                    fmt::format("{}[{}] has {} descriptors open of {} that it may have", use.comm,
                                use.pid, use.open, use.limit),
                    {"trace", "-p", std::to_string(use.pid), "--duration", "60s"});
    }

    void add_dying_cgroups() {
        constexpr std::uint64_t kMany = 200;
        const std::uint64_t dying = end_.dying_cgroups.value_or(0);
        if (dying >= kMany)
            add(static_cast<std::int64_t>(dying) * 4096,
                fmt::format("{} cgroups were removed and are still referred to", dying),
                {"trace", "--duration", "60s"});
    }

    const Triage& triage_;
    const TriageSample& end_;
    std::vector<Suspicion> all_;
};

} // namespace

Triage triage(const TriageSample& start, const TriageSample& end) {
    Triage result;
    result.duration_ns =
        end.taken_at_ns > start.taken_at_ns ? end.taken_at_ns - start.taken_at_ns : 0;
    result.memory = {start.memory, end.memory};
    result.caches = growing_caches(start, end);
    result.counts = counts_of(start, end);
    for (const DescriptorUse& use : end.descriptors)
        result.descriptors.push_back({use.pid, use.comm, use.open, use.limit});
    for (Suspicion& one : Suspicions(result, end).all()) {
        if (result.next.empty())
            result.next = std::move(one.next);
        result.findings.push_back(std::move(one.sentence));
    }
    if (result.next.empty())
        result.next = {"trace", "--duration", "10m"};
    return result;
}

} // namespace unfreed
