// SPDX-License-Identifier: BSD-2-Clause
// Snapshots as the tracker makes them, by named fields.
#pragma once

#include "support/event_builder.h"

namespace unfreed::test {

struct ProcessInfoSpec {
    std::uint32_t tgid = 100;
    std::string comm = "leaker";
    std::string exe = "/bin/leaker";
    bool alive = true;
    std::uint64_t exited_at_ns = 0;
    std::uint64_t started_at_ns = 0;
};
inline ProcessInfo process_info(const ProcessInfoSpec& spec = {}) {
    ProcessInfo process;
    process.tgid = spec.tgid;
    process.started_at_ns = spec.started_at_ns;
    process.comm = spec.comm;
    process.exe = spec.exe;
    process.cgroup = "/cg";
    process.alive = spec.alive;
    process.exited_at_ns = spec.exited_at_ns;
    return process;
}

class SnapshotBuilder {
  public:
    explicit SnapshotBuilder(std::uint64_t taken_at_ns = 100 * kSecond) {
        snapshot.taken_at_ns = taken_at_ns;
    }

    SnapshotBuilder& process(const ProcessInfoSpec& spec) {
        snapshot.processes[spec.tgid] = process_info(spec);
        return *this;
    }
    SnapshotBuilder& origin(const OriginSpec& spec, const OriginCounts& counts = {}) {
        snapshot.origins[OriginId{spec.id}] = origin_event(spec);
        snapshot.counts[OriginId{spec.id}] = counts;
        return *this;
    }
    // `count` objects like this one, at addresses of their own.
    SnapshotBuilder& objects(std::size_t count, ObjectSpec spec) {
        for (std::size_t i = 0; i < count; ++i) {
            next_address_ += 0x1000;
            spec.address = next_address_;
            snapshot.objects.push_back(LiveObject{table_object(spec), {}, {}});
        }
        return *this;
    }
    // When the object added last reached this stage.
    SnapshotBuilder& stage_time(std::uint32_t stage, std::uint64_t time_ns) {
        snapshot.objects.back().stage_times_ns[stage] = time_ns;
        return *this;
    }

    Snapshot snapshot;

  private:
    std::uint64_t next_address_ = 0;
};

} // namespace unfreed::test
