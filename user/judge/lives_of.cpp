// SPDX-License-Identifier: BSD-2-Clause
#include "judge/lives_of.h"

#include <algorithm>

namespace unfreed {
namespace {

constexpr double kNsPerSecond = 1e9;

double middle_s(std::size_t cell, const DeathRecord& record, std::uint64_t attached_ns) {
    const std::uint64_t middle_ns = record.start_ns + cell * record.cell_ns + record.cell_ns / 2;
    return seconds_after(middle_ns, attached_ns);
}

} // namespace

double seconds_after(std::uint64_t time_ns, std::uint64_t attached_ns) {
    return time_ns > attached_ns ? static_cast<double>(time_ns - attached_ns) / kNsPerSecond : 0;
}

void add_deaths(Lives& lives, const DeathCells& cells, const DeathRecord& record,
                std::uint64_t attached_ns) {
    lives.precision_s = static_cast<double>(record.cell_ns) / kNsPerSecond;
    for (const DeathCell& cell : cells)
        lives.deaths.push_back({middle_s(cell.birth, record, attached_ns),
                                std::min(middle_s(cell.death, record, attached_ns), lives.window_s),
                                cell.count});
}

void add_freed_at_exit(Lives& lives, const DeathCells& cells, const DeathRecord& record,
                       std::uint64_t attached_ns) {
    for (const DeathCell& cell : cells)
        lives.survivors.insert(lives.survivors.end(), cell.count,
                               middle_s(cell.birth, record, attached_ns));
}

void add_older(Lives& lives, const std::vector<std::uint64_t>& gone, double share,
               const DeathRecord& record, std::uint64_t attached_ns) {
    for (std::size_t cell = 0; cell < gone.size(); ++cell)
        if (gone[cell])
            lives.older.push_back({std::min(middle_s(cell, record, attached_ns), lives.window_s),
                                   static_cast<double>(gone[cell]) * share});
}

} // namespace unfreed
