// SPDX-License-Identifier: BSD-2-Clause
// The maps of a running tool, seen from outside: which objects it holds as live, and its counters.
#pragma once

#include <abi/config.h>
#include <abi/table.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace unfreed::e2e {

class ToolTable {
  public:
    // Null if no tool runs.
    static std::unique_ptr<ToolTable> open();
    ToolTable(const ToolTable&) = delete;
    ToolTable& operator=(const ToolTable&) = delete;
    ~ToolTable();

    std::unordered_map<std::uint64_t, uf_meta> objects() const;
    // Deaths of objects that were not followed, whether counted by cache or not.
    std::uint64_t unknown_deaths() const;
    // Births of objects that no origin counts, and that die as not followed: there was no room for
    // their origin. Without large kmallocs.
    std::uint64_t births_without_origin() const;
    // Events that copy 0 of their program was skipped for and that a spare copy got.
    std::int64_t rescued() const;
    // Sums over origins. Objects without an origin are in neither.
    struct Totals {
        std::uint64_t births = 0, deaths = 0, walked = 0; // walked: births whose stack was read
    };
    Totals totals() const;
    // Whether the tool has asked for the stack of every birth of this process, at some place.
    bool walks_stacks_of(pid_t pid) const;
    // The tool does not follow what it and its workers make; with this it does.
    void follow(pid_t pid);

  private:
    ToolTable() = default;
    struct Mapped {
        void* data = nullptr;
        std::size_t bytes = 0;
    };
    std::vector<uf_cpu> cpus() const;
    std::span<const uf_origin_set> origin_sets() const;
    static bool map(std::uint32_t id, bool writable, Mapped& mapped);

    Mapped objects_, origins_, procs_, state_;
    int cpus_fd_ = -1;
};

} // namespace unfreed::e2e
