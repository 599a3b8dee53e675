// SPDX-License-Identifier: BSD-2-Clause
#include "track/process_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace unfreed {
namespace {

// An exec replaces what /proc says of the program before anybody hears of it, earlier by the time
// that loading takes.
constexpr std::uint64_t kExecNs = 1'000'000'000;

auto order(const ProgramId& program) {
    return std::tuple(program.start_ns, program.exec);
}

} // namespace

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
    bool is_new = false;
    Entry& child = enter(event.tgid, event.program, event.time_ns, is_new);
    if (!is_new)
        return; // told twice
    child.info.comm = event.comm;
    // Until it calls exec, the child runs what its parent runs: no need to ask.
    const auto parent = programs_.find(event.parent_tgid);
    if (parent == programs_.end() || parent->second.back().info.program.exec != event.program.exec)
        return;
    const Entry& like = parent->second.back();
    child.info.exe = like.info.exe;
    child.info.cgroup = like.info.cgroup;
    child.named_ns = like.named_ns;
}

void ProcessTable::on_exec(const ProcessEvent& event) {
    if (!programs_.contains(event.tgid))
        return;
    bool is_new = false;
    Entry& entry = enter(event.tgid, event.program, event.time_ns, is_new);
    entry.info.comm = event.comm;
    if (is_new && !read(entry))
        end(programs_[event.tgid], event.program.start_ns, event.time_ns);
}

void ProcessTable::on_exit(const ProcessEvent& event) {
    const auto it = programs_.find(event.tgid);
    if (it == programs_.end())
        return;
    const std::uint64_t start_ns = event.program.start_ns;
    end(it->second, start_ns != 0 ? start_ns : it->second.back().info.program.start_ns,
        event.time_ns);
    if (forget_unwanted(it->second))
        programs_.erase(it);
}

void ProcessTable::end(Programs& programs, std::uint64_t start_ns, std::uint64_t time_ns) {
    for (Entry& entry : programs) {
        if (entry.info.program.start_ns != start_ns || !entry.info.alive)
            continue;
        entry.info.alive = false;
        entry.info.exited_at_ns = time_ns;
    }
}

// True: none is left.
bool ProcessTable::forget_unwanted(Programs& programs) {
    const Entry* latest = programs.empty() ? nullptr : &programs.back();
    std::erase_if(programs, [&](const Entry& entry) {
        return !entry.is_wanted() && (&entry != latest || !entry.info.alive);
    });
    return programs.empty();
}

void ProcessTable::succeed(Programs& programs, const ProgramId& program, std::uint64_t time_ns) {
    if (programs.empty())
        return;
    Entry& former = programs.back();
    if (former.info.program.start_ns != program.start_ns)
        end(programs, former.info.program.start_ns,
            std::min(time_ns, reader_.monotonic_of(program.start_ns)));
    else if (former.named_ns && *former.named_ns + kExecNs >= time_ns)
        former.info.exe.clear(); // it may be the path of the one that followed
}

ProcessTable::Entry& ProcessTable::enter(std::uint32_t tgid, const ProgramId& program,
                                         std::uint64_t time_ns, bool& is_new) {
    Programs& programs = programs_[tgid];
    for (Entry& known : programs)
        if (!known.is_exact && known.since == reader_.since_of(program.start_ns)) {
            known.info.program = program;
            known.is_exact = true;
        }
    auto place = std::lower_bound(programs.begin(), programs.end(), program,
                                  [](const Entry& entry, const ProgramId& wanted) {
                                      return order(entry.info.program) < order(wanted);
                                  });
    is_new = place == programs.end() || place->info.program != program;
    if (!is_new)
        return *place;
    const bool is_latest = place == programs.end();
    if (is_latest)
        succeed(programs, program, time_ns);
    const auto is_same_process = [&](const Entry& other) {
        return other.info.program.start_ns == program.start_ns;
    };
    Entry entry;
    entry.info.tgid = tgid;
    entry.info.program = program;
    entry.since = reader_.since_of(program.start_ns);
    entry.info.started_at_ns = place != programs.begin() && is_same_process(*std::prev(place))
                                   ? time_ns
                                   : reader_.monotonic_of(program.start_ns);
    // A record that comes late: what is known of the process goes for its earlier program.
    if (!is_latest) {
        entry.info.alive = is_same_process(*place) && place->info.alive;
        entry.info.exited_at_ns =
            is_same_process(*place) ? place->info.exited_at_ns : place->info.started_at_ns;
    }
    place = programs.insert(place, std::move(entry));
    return *place;
}

bool ProcessTable::read(Entry& entry) {
    const std::uint32_t tgid = entry.info.tgid;
    if (reader_.alive_since(tgid) != entry.since)
        return false;
    auto exe = reader_.exe(tgid);
    auto cgroup = reader_.cgroup(tgid);
    if (reader_.alive_since(tgid) != entry.since)
        return false;
    // What cannot be read any more, because the process has ended, stays as it was.
    if (exe)
        entry.info.exe = std::move(*exe);
    if (cgroup)
        entry.info.cgroup = std::move(*cgroup);
    entry.named_ns = reader_.now_ns();
    return true;
}

// The name of the main thread is that of the process. A thread may have one of its own; what is
// made in an interrupt has none.
void ProcessTable::rename(Entry& entry, const OriginEvent& origin) {
    if (origin.tid == origin.tgid && !origin.comm.empty()) {
        entry.info.comm = origin.comm;
        return;
    }
    if (!entry.info.comm.empty())
        return;
    auto comm = reader_.comm(origin.tgid);
    const bool is_its_own = comm && reader_.alive_since(origin.tgid) == entry.since;
    entry.info.comm = is_its_own ? std::move(*comm) : origin.comm;
}

void ProcessTable::learn(const OriginEvent& origin, bool is_new) {
    if (origin.tgid == 0)
        return;
    Entry* entry = nullptr;
    if (origin.program.start_ns != 0) {
        bool is_heard_of = false;
        entry = &enter(origin.tgid, origin.program, origin.time_ns, is_heard_of);
        const bool is_latest = entry == &programs_[origin.tgid].back();
        if (is_latest && entry->info.alive && !entry->named_ns && !read(*entry))
            end(programs_[origin.tgid], origin.program.start_ns, origin.time_ns);
    } else {
        entry = &owner_of(origin);
    }
    entry->origins += is_new;
    rename(*entry, origin);
}

// What a softirq made for a listener says whose it is, but not which process of this number that
// was.
ProcessTable::Entry& ProcessTable::owner_of(const OriginEvent& origin) {
    const auto known = programs_.find(origin.tgid);
    Entry* entry = known != programs_.end() ? find(known->second, origin.time_ns) : nullptr;
    return entry != nullptr ? *entry : enter_running(origin.tgid, origin.time_ns);
}

ProcessTable::Entry* ProcessTable::find(Programs& programs, std::uint64_t time_ns) {
    const auto entry = std::find_if(programs.rbegin(), programs.rend(), [&](const Entry& one) {
        return one.info.started_at_ns <= time_ns;
    });
    return entry != programs.rend() ? &*entry : nullptr;
}

ProcessTable::Entry* ProcessTable::find(Programs& programs, const ProgramId& program) {
    const auto entry = std::find_if(programs.begin(), programs.end(),
                                    [&](const Entry& one) { return one.info.program == program; });
    return entry != programs.end() ? &*entry : nullptr;
}

ProcessTable::Entry& ProcessTable::enter_running(std::uint32_t tgid, std::uint64_t now_ns) {
    Programs& programs = programs_[tgid];
    const auto since = reader_.alive_since(tgid);
    if (!programs.empty() && (!since || programs.back().since == since))
        return programs.back();
    Entry entry;
    entry.info.tgid = tgid;
    entry.is_exact = false;
    entry.since = since;
    if (since) {
        entry.info.program.start_ns = reader_.start_of(*since);
        entry.info.started_at_ns = reader_.monotonic_of(entry.info.program.start_ns);
        succeed(programs, entry.info.program, now_ns);
    }
    programs.push_back(std::move(entry));
    if (!since || !read(programs.back()))
        end(programs, programs.back().info.program.start_ns, now_ns);
    return programs.back();
}

void ProcessTable::learn(std::uint32_t tgid, std::uint64_t now_ns) {
    if (tgid == 0)
        return;
    const auto known = programs_.find(tgid);
    Entry& entry = known != programs_.end() && known->second.back().info.alive
                       ? known->second.back()
                       : enter_running(tgid, now_ns);
    entry.has_orphans = true;
    if (!entry.info.comm.empty())
        return;
    auto comm = reader_.comm(tgid);
    if (comm && reader_.alive_since(tgid) == entry.since)
        entry.info.comm = std::move(*comm);
}

void ProcessTable::forget(const OriginEvent& origin) {
    const auto known = programs_.find(origin.tgid);
    if (known == programs_.end())
        return;
    Entry* entry = origin.program.start_ns != 0 ? find(known->second, origin.program)
                                                : find(known->second, origin.time_ns);
    if (entry != nullptr && entry->origins != 0)
        --entry->origins;
    if (forget_unwanted(known->second))
        programs_.erase(known);
}

void ProcessTable::refresh(std::uint64_t now_ns) {
    for (auto it = programs_.begin(); it != programs_.end();) {
        Programs& programs = it->second;
        const ProcessInfo& latest = programs.back().info;
        if (latest.alive && reader_.alive_since(it->first) != programs.back().since)
            end(programs, latest.program.start_ns, now_ns);
        it = forget_unwanted(programs) ? programs_.erase(it) : std::next(it);
    }
}

const ProcessInfo* ProcessTable::find(std::uint32_t tgid) const {
    const auto it = programs_.find(tgid);
    return it == programs_.end() ? nullptr : &it->second.back().info;
}

void ProcessTable::copy_to(Snapshot& snapshot) const {
    for (const auto& [tgid, programs] : programs_) {
        snapshot.processes.emplace(tgid, programs.back().info);
        for (auto former = programs.begin(); former != std::prev(programs.end()); ++former)
            snapshot.former_processes.push_back(former->info);
    }
    std::sort(snapshot.former_processes.begin(), snapshot.former_processes.end(),
              [](const ProcessInfo& a, const ProcessInfo& b) {
                  return std::tuple(a.tgid, a.started_at_ns) < std::tuple(b.tgid, b.started_at_ns);
              });
}

} // namespace unfreed
