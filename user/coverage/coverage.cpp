// SPDX-License-Identifier: BSD-2-Clause
#include "coverage/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

namespace unfreed {
namespace {

constexpr std::size_t kRelevantRows = 12;

std::int64_t difference(std::uint64_t after, std::uint64_t before) {
    return static_cast<std::int64_t>(after) - static_cast<std::int64_t>(before);
}

double agreement(std::int64_t a, std::int64_t b) {
    if (a == b)
        return 1;
    if ((a < 0) != (b < 0))
        return 0;
    const auto x = static_cast<double>(std::abs(a));
    const auto y = static_cast<double>(std::abs(b));
    return std::min(x, y) / std::max(x, y);
}

std::uint64_t apart(const Coverage& row) {
    return static_cast<std::uint64_t>(std::abs(row.traced_delta - row.kernel_delta.value_or(0)));
}

// A count that the kernel keeps beside the allocator's.
Coverage count_row(std::string file, ObjectClass object_class, const CoverageInput& input,
                   std::int64_t traced, std::int64_t kernel) {
    Coverage row;
    row.cache = std::move(file);
    row.object_class = to_string(object_class);
    row.traced_delta = traced;
    row.kernel_delta = kernel;
    if (input.wants_slab)
        row.ratio = agreement(traced, kernel);
    else
        row.reason = "frees of older ones are not traced";
    return row;
}

// By the name they are counted as.
struct KernelGrowth {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    std::uint64_t uncertainty = 0;
};
using KernelGrowths = std::map<std::string, KernelGrowth>;

KernelGrowths kernel_growth(const CoverageInput& input) {
    KernelGrowths growth;
    for (const SlabCache& cache : input.before.slabs->caches)
        growth[input.names.counted_as(cache.name)].before += cache.active_objects;
    for (const SlabCache& cache : input.after.slabs->caches) {
        KernelGrowth& sum = growth[input.names.counted_as(cache.name)];
        sum.after += cache.active_objects;
        if (cache.total_objects != 0)
            sum.uncertainty += slabinfo_uncertainty(cache, input.cpus);
    }
    return growth;
}

// Empty: nothing speaks against it. uncertainty: of the kernel's count.
std::string why_unreliable(const OriginCounts& counts, std::int64_t traced, std::int64_t kernel,
                           std::uint64_t uncertainty) {
    if (misses_frees(counts))
        return fmt::format("{} frees missed", counts.replaced);
    const std::int64_t excess = traced - kernel;
    if (excess > static_cast<std::int64_t>(uncertainty) && excess > traced / 10)
        return "kernel counts fewer";
    return {};
}

void judge(CoverageRow& judged, const CacheGrowth& growth, bool hidden,
           std::uint64_t unknown_deaths) {
    Coverage& row = judged.row;
    const std::uint64_t uncertainty = row.uncertainty + unknown_deaths;
    row.reason =
        hidden ? "frees hidden here"
               : why_unreliable(growth.counts, row.traced_delta, *row.kernel_delta, uncertainty);
    row.reliable = row.reason.empty();
    OriginCounts others = growth.counts;
    others.births -= growth.hidden.births;
    others.replaced -= growth.hidden.replaced;
    judged.judged = !hidden && why_unreliable(others, row.traced_delta - growth.hidden_delta(),
                                              *row.kernel_delta, uncertainty)
                                   .empty();
}

void add_slab_rows(std::vector<CoverageRow>& rows, const TracedGrowth& traced,
                   const CoverageInput& input) {
    if (!input.before.slabs || !input.after.slabs)
        return;
    const auto unknown = traced.find("");
    const std::uint64_t unknown_deaths =
        unknown != traced.end() ? unknown->second.unfollowed.deaths : 0;
    for (const auto& [name, kernel] : kernel_growth(input)) {
        const auto found = traced.find(name);
        const CacheGrowth growth = found != traced.end() ? found->second : CacheGrowth{};
        const bool idle = growth.counts.births == 0 && growth.unfollowed.deaths == 0;
        if (idle && kernel.before == kernel.after)
            continue;
        CoverageRow judged;
        Coverage& row = judged.row;
        row.cache = name;
        row.object_class = to_string(growth.object_class());
        row.traced_delta = growth.delta();
        row.kernel_delta = difference(kernel.after, kernel.before);
        row.ratio = agreement(row.traced_delta, *row.kernel_delta);
        row.uncertainty = kernel.uncertainty;
        row.replaced = growth.counts.replaced;
        judge(judged, growth, input.hidden.contains(name),
              name.starts_with("kmalloc-") ? unknown_deaths : 0);
        rows.push_back(std::move(judged));
    }
}

std::int64_t delta_of(const TracedGrowth& traced, ObjectClass object_class) {
    std::int64_t delta = 0;
    for (const auto& [name, growth] : traced)
        if (growth.object_class() == object_class)
            delta += growth.delta();
    return delta;
}

void add_count_rows(std::vector<CoverageRow>& rows, const TracedGrowth& traced,
                    const CoverageInput& input) {
    const auto used = [](const KernelCounts& counts) {
        return counts.sockstat ? counts.sockstat->sockets_used : std::nullopt;
    };
    if (input.wants_sockets && used(input.before) && used(input.after))
        rows.push_back({count_row("/proc/net/sockstat", ObjectClass::socket, input,
                                  delta_of(traced, ObjectClass::socket),
                                  difference(*used(input.after), *used(input.before)))});
    if (input.wants_dentries && input.before.dentries && input.after.dentries)
        rows.push_back(
            {count_row("/proc/sys/fs/dentry-state", ObjectClass::dentry, input,
                       delta_of(traced, ObjectClass::dentry),
                       input.after.dentries->dentries - input.before.dentries->dentries)});
}

} // namespace

std::uint64_t slabinfo_uncertainty(const SlabCache& cache, unsigned cpus) {
    constexpr std::uint64_t kSheaf = 32;       // sheaf_capacity of 6.18
    constexpr std::uint64_t kSheavesOfCpu = 3; // main, spare, rcu_free
    constexpr std::uint64_t kSheavesOfNode = 10;
    const std::uint64_t partial = cache.object_bytes >= 4096   ? 6
                                  : cache.object_bytes >= 1024 ? 24
                                  : cache.object_bytes >= 256  ? 52
                                                               : 120;
    // Of the partial slabs twice as many objects may be free: each counts as half full.
    return cpus * (2 * cache.objects_per_slab + 2 * partial + kSheavesOfCpu * kSheaf) +
           kSheavesOfNode * kSheaf;
}

std::vector<CoverageRow> compare(const TracedGrowth& traced, const CoverageInput& input) {
    std::vector<CoverageRow> rows;
    if (input.wants_slab)
        add_slab_rows(rows, traced, input);
    add_count_rows(rows, traced, input);
    return rows;
}

void sort_by_relevance(std::vector<Coverage>& rows, const std::vector<std::string>& group_caches) {
    const auto rank = [&](const Coverage& row) {
        return std::find(group_caches.begin(), group_caches.end(), row.cache) -
               group_caches.begin();
    };
    const auto of_no_group = static_cast<std::ptrdiff_t>(group_caches.size());
    std::stable_sort(rows.begin(), rows.end(), [&](const Coverage& a, const Coverage& b) {
        return std::tuple(rank(a), apart(b)) < std::tuple(rank(b), apart(a));
    });
    std::size_t shown = 0;
    for (Coverage& row : rows) {
        const bool counted = row.cache.starts_with('/');
        row.relevant = counted || (shown < kRelevantRows &&
                                   (rank(row) < of_no_group || apart(row) > row.uncertainty));
        shown += row.relevant;
    }
}

} // namespace unfreed
