// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/last_moments.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace unfreed {
namespace {

// A few objects every program keeps until its end.
constexpr std::uint64_t kFew = 6;
// A process does little between its last close() and the start of its exit; but what it closes may
// take its time.
constexpr std::uint64_t kLastNs = 1'000'000'000;
constexpr std::uint64_t kLongestNs = 5'000'000'000;

struct Row {
    LastDeaths deaths;
    std::uint64_t most = 0; // deaths of one origin
    const OriginEvent* example = nullptr;
    const ProcessInfo* process = nullptr;
    std::vector<OriginId> origins;
};
using Key = std::tuple<std::uint32_t, std::uint64_t, ObjectClass, std::string>;

bool in_last_moments(const LastDeaths& deaths, const ProcessInfo& process) {
    if (process.alive || deaths.last_ns > process.exited_at_ns)
        return false;
    return process.exited_at_ns - deaths.last_ns < kLastNs &&
           process.exited_at_ns - deaths.first_ns < kLongestNs;
}

void add(Row& row, const LastDeaths& deaths, const OriginEvent& origin) {
    row.deaths.first_ns =
        row.deaths.count == 0 ? deaths.first_ns : std::min(row.deaths.first_ns, deaths.first_ns);
    row.deaths.last_ns = std::max(row.deaths.last_ns, deaths.last_ns);
    row.deaths.oldest_age_ns = std::max(row.deaths.oldest_age_ns, deaths.oldest_age_ns);
    row.deaths.count += deaths.count;
    row.origins.push_back(origin.id);
    // In whichever order they come: a recording has another one.
    if (row.example == nullptr || deaths.count > row.most ||
        (deaths.count == row.most && origin.id < row.example->id)) {
        row.most = deaths.count;
        row.example = &origin;
    }
}

// The most that were alive at once, and when: by the points of the history, or at least as many as
// died at the end.
void add_peak(LastMoments& moments, const Row& row, const Snapshot& snapshot,
              std::uint64_t trace_started_ns) {
    const std::vector<std::uint64_t>& times = snapshot.history.times_ns;
    std::uint64_t at_ns = row.deaths.first_ns;
    moments.peak = moments.count;
    for (std::size_t i = 0; i < times.size(); ++i) {
        std::uint64_t alive = 0;
        for (OriginId id : row.origins) {
            const auto series = snapshot.history.outstanding.find(id);
            if (series != snapshot.history.outstanding.end() && i < series->second.size())
                alive += series->second[i];
        }
        if (alive <= moments.peak)
            continue;
        moments.peak = alive;
        at_ns = times[i];
    }
    moments.peak_after_ns = at_ns > trace_started_ns ? at_ns - trace_started_ns : 0;
}

FoundLastMoments found(const Row& row, const Snapshot& snapshot, std::uint64_t trace_started_ns) {
    FoundLastMoments one;
    one.moments.pid = row.process->tgid;
    one.moments.comm = row.process->comm;
    one.moments.object_class = row.example->object_class;
    one.moments.cache = row.example->cache_name;
    one.moments.count = row.deaths.count * snapshot.one_in;
    one.moments.oldest_ns = row.deaths.oldest_age_ns;
    one.moments.began_before_end_ns = row.process->exited_at_ns - row.deaths.first_ns;
    one.moments.lasted_ns = row.deaths.last_ns - row.deaths.first_ns;
    add_peak(one.moments, row, snapshot, trace_started_ns);
    one.program = {row.example->tgid, row.example->program};
    one.user_stack = row.example->user_stack;
    return one;
}

} // namespace

std::vector<FoundLastMoments> last_moments(const Snapshot& snapshot,
                                           std::uint64_t trace_started_ns) {
    std::map<Key, Row> rows;
    for (const auto& [id, deaths] : snapshot.last_deaths) {
        const auto origin = snapshot.origins.find(id);
        if (origin == snapshot.origins.end())
            continue;
        const ProcessInfo* process =
            find_process(snapshot, origin->second.tgid, &origin->second, origin->second.time_ns);
        if (!process || !in_last_moments(deaths, *process))
            continue;
        Row& row = rows[{process->tgid, process->started_at_ns, origin->second.object_class,
                         origin->second.cache_name}];
        row.process = process;
        add(row, deaths, origin->second);
    }
    std::vector<FoundLastMoments> result;
    for (const auto& [key, row] : rows)
        if (row.deaths.count >= kFew)
            result.push_back(found(row, snapshot, trace_started_ns));
    std::stable_sort(
        result.begin(), result.end(), [](const FoundLastMoments& a, const FoundLastMoments& b) {
            const bool a_socket = a.moments.object_class == ObjectClass::socket;
            const bool b_socket = b.moments.object_class == ObjectClass::socket;
            return std::tuple(!a_socket, b.moments.count) < std::tuple(!b_socket, a.moments.count);
        });
    return result;
}

} // namespace unfreed
