// SPDX-License-Identifier: BSD-2-Clause
#include "track/process_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace unfreed {

void ProcessTable::apply(const ProcessEvent& event) {
    switch (event.kind) {
    case ProcessEvent::Kind::fork:
        return on_fork(event);
    case ProcessEvent::Kind::exec:
        return on_exec(event);
    case ProcessEvent::Kind::exit:
        return on_exit(event);
    }
}

void ProcessTable::on_fork(const ProcessEvent& event) {
    auto [it, is_new] = latest_.try_emplace(event.tgid);
    if (!is_new) {
        if (it->second.info.started_at_ns == event.time_ns)
            return; // told twice
        replace(it->second, event.time_ns);
    }
    Entry& child = it->second;
    child.info.tgid = event.tgid;
    child.info.started_at_ns = event.time_ns;
    child.info.comm = event.comm;
    child.confirmed_ns = event.time_ns;
    // Until it calls exec, the child runs what its parent runs: no need to ask.
    const auto parent = latest_.find(event.parent_tgid);
    if (parent != latest_.end() && parent->second.was_read) {
        child.info.exe = parent->second.info.exe;
        child.info.cgroup = parent->second.info.cgroup;
        child.was_read = true;
    }
}

void ProcessTable::on_exec(const ProcessEvent& event) {
    // Host-wide every exec is told: a process is of interest once it makes something.
    const auto it = latest_.find(event.tgid);
    if (it == latest_.end())
        return;
    Entry& entry = it->second;
    if (!entry.info.alive)
        replace(entry, event.time_ns); // the record of its fork was lost
    entry.info.tgid = event.tgid;
    entry.info.comm = event.comm;
    entry.info.exe.clear(); // of the program before
    entry.confirmed_ns = event.time_ns;
    read(entry);
}

void ProcessTable::on_exit(const ProcessEvent& event) {
    const auto it = latest_.find(event.tgid);
    if (it == latest_.end())
        return;
    if (it->second.has_origins)
        end(it->second, event.time_ns);
    else
        latest_.erase(it);
}

void ProcessTable::end(Entry& entry, std::uint64_t time_ns) {
    if (!entry.info.alive)
        return;
    entry.info.alive = false;
    entry.info.exited_at_ns = time_ns;
}

ProcessTable::Entry& ProcessTable::replace(Entry& entry, std::uint64_t started_at_ns) {
    end(entry, started_at_ns);
    const std::uint32_t tgid = entry.info.tgid;
    if (entry.has_origins)
        former_.push_back(std::move(entry.info));
    entry = Entry{};
    entry.info.tgid = tgid;
    entry.info.started_at_ns = started_at_ns;
    return entry;
}

void ProcessTable::read(Entry& entry) {
    entry.was_read = true;
    entry.identity = reader_.alive_since(entry.info.tgid);
    // What cannot be read any more, because the process has ended, stays as it was.
    if (auto exe = reader_.exe(entry.info.tgid))
        entry.info.exe = std::move(*exe);
    if (auto cgroup = reader_.cgroup(entry.info.tgid))
        entry.info.cgroup = std::move(*cgroup);
}

std::string ProcessTable::name_of(const OriginEvent& origin) {
    if (origin.tid == origin.tgid && !origin.comm.empty())
        return origin.comm;
    // The name is that of a thread, which may have one of its own; made in an interrupt, it has
    // none.
    auto comm = reader_.comm(origin.tgid);
    return comm ? std::move(*comm) : origin.comm;
}

void ProcessTable::learn(const OriginEvent& origin) {
    if (origin.tgid == 0)
        return;
    auto [it, is_new] = latest_.try_emplace(origin.tgid);
    Entry& entry = it->second;
    entry.has_origins = true;
    if (is_new) {
        entry.info.tgid = origin.tgid;
        entry.info.comm = name_of(origin);
        entry.confirmed_ns = origin.time_ns;
        read(entry);
        if (!entry.identity)
            end(entry, origin.time_ns);
    } else if (entry.info.alive) {
        learn_running(entry, origin);
    } else {
        learn_ended(entry, origin);
    }
}

void ProcessTable::learn(std::uint32_t tgid, std::uint64_t now_ns) {
    if (tgid == 0)
        return;
    auto [it, is_new] = latest_.try_emplace(tgid);
    Entry& entry = it->second;
    entry.has_origins = true;
    if (!is_new)
        return;
    entry.info.tgid = tgid;
    if (auto comm = reader_.comm(tgid))
        entry.info.comm = std::move(*comm);
    entry.confirmed_ns = now_ns;
    read(entry);
    if (!entry.identity)
        end(entry, now_ns);
}

void ProcessTable::learn_running(Entry& entry, const OriginEvent& origin) {
    const bool renamed =
        origin.tid == origin.tgid && !origin.comm.empty() && origin.comm != entry.info.comm;
    if (renamed) {
        // A host-wide trace hears of no exec and no exit: ask which it was.
        const auto identity = reader_.alive_since(origin.tgid);
        if (identity && entry.identity && identity != entry.identity) {
            replace(entry, entry.confirmed_ns + 1);
            entry.has_origins = true;
        }
        entry.info.comm = origin.comm;
        entry.info.exe.clear();
    }
    if (renamed || !entry.was_read)
        read(entry);
    else if (!entry.identity)
        entry.identity = reader_.alive_since(origin.tgid);
    entry.confirmed_ns = std::max(entry.confirmed_ns, origin.time_ns);
}

// Records of the last allocations of a process may come after its exit, which is only its
// beginning. Only if the system knows another process of this number now, it is that one's.
void ProcessTable::learn_ended(Entry& entry, const OriginEvent& origin) {
    if (origin.time_ns < entry.info.exited_at_ns)
        return;
    const auto identity = reader_.alive_since(origin.tgid);
    if (!identity || !entry.identity || identity == entry.identity)
        return;
    replace(entry, origin.time_ns);
    entry.has_origins = true;
    entry.info.comm = name_of(origin);
    entry.confirmed_ns = origin.time_ns;
    read(entry);
}

void ProcessTable::refresh(std::uint64_t now_ns) {
    for (auto it = latest_.begin(); it != latest_.end();) {
        Entry& entry = it->second;
        const auto identity =
            entry.info.alive ? reader_.alive_since(entry.info.tgid) : std::nullopt;
        if (entry.info.alive && !identity && !entry.has_origins) {
            it = latest_.erase(it);
            continue;
        }
        ++it;
        if (!entry.info.alive)
            continue;
        if (!identity) {
            end(entry, now_ns);
            continue;
        }
        if (entry.identity && entry.identity != identity) {
            // When the number changed hands is not known. What was born since the former process
            // was last seen counts as the new one's, which at worst takes an object for younger in
            // blame, never for one that outlives its process.
            replace(entry, entry.confirmed_ns + 1);
            if (auto comm = reader_.comm(entry.info.tgid))
                entry.info.comm = std::move(*comm);
            read(entry);
        }
        entry.identity = identity;
        entry.confirmed_ns = now_ns;
    }
}

const ProcessInfo* ProcessTable::find(std::uint32_t tgid) const {
    const auto it = latest_.find(tgid);
    return it == latest_.end() ? nullptr : &it->second.info;
}

void ProcessTable::copy_to(Snapshot& snapshot) const {
    for (const auto& [tgid, entry] : latest_)
        snapshot.processes.emplace(tgid, entry.info);
    snapshot.former_processes = former_;
    std::sort(snapshot.former_processes.begin(), snapshot.former_processes.end(),
              [](const ProcessInfo& a, const ProcessInfo& b) {
                  return std::tuple(a.tgid, a.started_at_ns) < std::tuple(b.tgid, b.started_at_ns);
              });
}

} // namespace unfreed
