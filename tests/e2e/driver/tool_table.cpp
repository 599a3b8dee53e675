// SPDX-License-Identifier: BSD-2-Clause
#include "tool_table.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace unfreed::e2e {

bool ToolTable::map(std::uint32_t id, bool writable, Mapped& mapped) {
    const int fd = bpf_map_get_fd_by_id(id);
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) != 0)
        return false;
    mapped.bytes = std::size_t{info.value_size} * info.max_entries;
    mapped.data = ::mmap(nullptr, mapped.bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ,
                         MAP_SHARED, fd, 0);
    ::close(fd);
    return mapped.data != MAP_FAILED;
}

std::unique_ptr<ToolTable> ToolTable::open() {
    std::unique_ptr<ToolTable> table(new ToolTable);
    for (std::uint32_t id = 0; bpf_map_get_next_id(id, &id) == 0;) {
        const int fd = bpf_map_get_fd_by_id(id);
        bpf_map_info info{};
        std::uint32_t size = sizeof(info);
        const bool known = fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0;
        const std::string name = known ? info.name : "";
        bool mapped = true;
        if (name == "objects")
            mapped = map(id, false, table->objects_);
        else if (name == "origins")
            mapped = map(id, false, table->origins_);
        else if (name == "procs")
            mapped = map(id, true, table->procs_);
        else if (name == "unfreed_.bss" || name == "legacy_b.bss")
            mapped = map(id, true, table->state_);
        else if (name == "cpus")
            table->cpus_fd_ = ::dup(fd);
        if (fd >= 0)
            ::close(fd);
        if (!mapped)
            return nullptr;
    }
    const bool all = table->objects_.data != nullptr && table->origins_.data != nullptr &&
                     table->procs_.data != nullptr && table->state_.data != nullptr &&
                     table->cpus_fd_ >= 0;
    return all ? std::move(table) : nullptr;
}

ToolTable::~ToolTable() {
    for (const Mapped& mapped : {objects_, origins_, procs_, state_})
        if (mapped.data != nullptr && mapped.data != MAP_FAILED)
            ::munmap(mapped.data, mapped.bytes);
    if (cpus_fd_ >= 0)
        ::close(cpus_fd_);
}

std::unordered_map<std::uint64_t, uf_meta> ToolTable::objects() const {
    std::unordered_map<std::uint64_t, uf_meta> found;
    const std::span<const uf_set> sets(static_cast<const uf_set*>(objects_.data),
                                       objects_.bytes / sizeof(uf_set));
    for (const uf_set& set : sets)
        for (std::size_t way = 0; way < UF_WAYS; ++way) {
            const std::uint64_t address = *const_cast<const volatile __u64*>(&set.addr[way]);
            if (address != 0 && (address & UF_ADDR_FILLING) == 0)
                found[address] = set.meta[way];
        }
    return found;
}

std::vector<uf_cpu> ToolTable::cpus() const {
    std::vector<uf_cpu> values(static_cast<std::size_t>(libbpf_num_possible_cpus()));
    const std::uint32_t zero = 0;
    if (bpf_map_lookup_elem(cpus_fd_, &zero, values.data()) != 0)
        values.clear();
    return values;
}

std::uint64_t ToolTable::unknown_deaths() const {
    std::uint64_t sum = 0;
    for (const uf_cpu& cpu : cpus()) {
        sum += cpu.counters[UF_CTR_UNKNOWN_DEATHS];
        for (const uf_cache& cache : cpu.caches)
            sum += cache.deaths;
    }
    return sum;
}

std::uint64_t ToolTable::births_without_origin() const {
    std::uint64_t sum = 0;
    for (const uf_cpu& cpu : cpus())
        for (const uf_cache& cache : cpu.caches)
            sum += cache.births;
    return sum;
}

std::int64_t ToolTable::rescued() const {
    std::int64_t sum = 0;
    for (const uf_cpu& cpu : cpus())
        for (const __s64 rescued : cpu.rescued)
            sum += rescued;
    return sum;
}

std::span<const uf_origin_set> ToolTable::origin_sets() const {
    return {static_cast<const uf_origin_set*>(origins_.data),
            origins_.bytes / sizeof(uf_origin_set)};
}

bool ToolTable::walks_stacks_of(pid_t pid) const {
    for (const uf_origin_set& set : origin_sets())
        for (const uf_origin& origin : set.way)
            if (origin.tgid == static_cast<std::uint32_t>(pid) &&
                (*const_cast<const volatile __u32*>(&origin.flags) & UF_ORIGIN_WALK) != 0)
                return true;
    return false;
}

ToolTable::Totals ToolTable::totals() const {
    Totals sum;
    for (const uf_origin_set& set : origin_sets())
        for (const uf_origin& origin : set.way) {
            sum.births += origin.births;
            sum.deaths += origin.deaths;
            sum.walked += origin.checked;
        }
    return sum;
}

void ToolTable::follow(pid_t pid) {
    static_cast<volatile std::uint8_t*>(procs_.data)[pid] = 0;
    // The first variable of its section.
    for (__u32& worker : static_cast<uf_state*>(state_.data)->worker_tgids)
        static_cast<volatile __u32&>(worker) = 0;
}

} // namespace unfreed::e2e
