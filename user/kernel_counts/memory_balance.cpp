// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/memory_balance.h"

#include "base/read_file.h"
#include "kernel_counts/fields.h"

#include <unistd.h>

#include <map>

namespace unfreed {
namespace {

using Fields = std::map<std::string, std::uint64_t, std::less<>>;

std::uint64_t bytes_of(const Fields& fields, std::string_view name) {
    const auto found = fields.find(name);
    return found == fields.end() ? 0 : found->second;
}

std::uint64_t less(std::uint64_t whole, std::uint64_t part) {
    return whole > part ? whole - part : 0;
}

Fields fields_of(std::string_view text) {
    constexpr std::uint64_t kMost = UINT64_MAX / 1024;
    Fields fields;
    while (!text.empty()) {
        std::string_view line = take_line(text);
        std::string_view name = take_word(line);
        const auto value = to_number<std::uint64_t>(take_word(line));
        if (!name.ends_with(':') || !value || *value > kMost || take_word(line) != "kB")
            continue;
        name.remove_suffix(1);
        fields.insert_or_assign(std::string(name), *value * 1024);
    }
    return fields;
}

} // namespace

Result<MemoryBalance> parse_memory_balance(std::string_view meminfo, std::uint64_t cpu_list_bytes) {
    const Fields fields = fields_of(meminfo);
    const auto of = [&](std::string_view name) { return bytes_of(fields, name); };
    if (!fields.contains("MemTotal") || !fields.contains("MemFree"))
        return fail(Errc::malformed, "meminfo has no MemTotal or no MemFree");
    MemoryBalance balance;
    balance.total_bytes = of("MemTotal");
    balance.parts = {
        {"free", of("MemFree") + cpu_list_bytes},
        {"anonymous", of("AnonPages")},
        {"files", of("Cached") + of("Buffers") + of("SwapCached")},
        {"slab, reclaimable", of("SReclaimable")},
        {"slab", of("SUnreclaim")},
        {"page tables", of("PageTables") + of("SecPageTables")},
        {"kernel stacks", of("KernelStack") + of("ShadowCallStack")},
        {"percpu", of("Percpu")},
        // Kernel stacks are vmalloc memory (CONFIG_VMAP_STACK), and counted there as well.
        {"vmalloc", less(of("VmallocUsed"), of("KernelStack"))},
        {"huge pages", of("Hugetlb")},
        {"zswap, bounce, balloon", of("Zswap") + of("Bounce") + of("Balloon")},
        {"other reclaimable", less(of("KReclaimable"), of("SReclaimable"))},
    };
    std::uint64_t accounted = 0;
    for (const MemoryBalance::Part& part : balance.parts)
        accounted += part.bytes;
    balance.unaccounted_bytes =
        static_cast<std::int64_t>(balance.total_bytes) - static_cast<std::int64_t>(accounted);
    return balance;
}

std::uint64_t pages_in_cpu_lists(std::string_view zoneinfo) {
    std::uint64_t pages = 0;
    while (!zoneinfo.empty()) {
        std::string_view line = take_line(zoneinfo);
        if (take_word(line) != "count:")
            continue;
        pages += to_number<std::uint64_t>(take_word(line)).value_or(0);
    }
    return pages;
}

Result<MemoryBalance> read_memory_balance(const std::string& meminfo, const std::string& zoneinfo) {
    // One right after the other: pages move between what the two count.
    const auto zones = read_file(zoneinfo);
    auto text = read_file(meminfo);
    if (!text)
        return fail(std::move(text.error()));
    const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return parse_memory_balance(*text, zones ? pages_in_cpu_lists(*zones) * page_bytes : 0);
}

} // namespace unfreed
