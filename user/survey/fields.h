// SPDX-License-Identifier: BSD-2-Clause
// The fields of everything in a survey, in the order of their numbers in a recording. New ones come
// last; one that is not needed any more leaves a Gone behind.
#pragma once

#include "survey/survey.h"
#include "survey/wire.h"

namespace unfreed {

namespace wire {
template <>
struct EnumRange<ObjectClass> {
    static constexpr auto last = static_cast<ObjectClass>(UF_CLASS_COUNT - 1);
};
template <>
struct EnumRange<Context> {
    static constexpr auto last = Context::idle;
};
template <>
struct EnumRange<SocketState> {
    static constexpr auto last = SocketState::closing;
};
template <>
struct EnumRange<HoldKind> {
    static constexpr auto last = HoldKind::mapped;
};
template <>
struct EnumRange<TraceMode> {
    static constexpr auto last = TraceMode::run;
};
} // namespace wire

// clang-format off
template <class A> void fields(A& a, ObjectKey& v) { a(v.address, v.birth_ns); }
template <class A> void fields(A& a, ProgramId& v) { a(v.start_ns, v.exec); }
template <class A> void fields(A& a, Program& v) { a(v.tgid, v.id); }
template <class A> void fields(A& a, Report::Tool& v) { a(v.version, v.build); }
template <class A> void fields(A& a, Report::Host& v) { a(v.hostname, v.kernel_release, v.arch, v.boot_id); }
template <class A> void fields(A& a, EventsLost& v) { a(v.count, v.exact); }
template <class A> void fields(A& a, HookReport& v) {
    a(v.object_class, v.stage, v.function, v.attached_as, v.reason, v.events_lost);
}
template <class A> void fields(A& a, AimNames& v) { a(v.caches, v.sites, v.comms, v.cgroups); }
template <class A> void fields(A& a, RepeatFacts& v) { a(v.asked, v.warmup, v.starts_ns, v.ended, v.failed); }
template <class A> void fields(A& a, TraceFacts& v) {
    a(v.mode, v.started_at, v.started_ns, v.targets, v.command, v.command_status, v.classes, v.min_age_ns,
      v.asked_one_in, v.thinned_at_ns, v.always_walk, v.aim, v.repeats);
}
template <class A> void fields(A& a, Sight& v) {
    a(v.visible_stages, v.kmem_births, v.sees_bulk_frees, v.knows_every_cache, v.legacy, v.advice_on_skipping);
}
template <class A> void fields(A& a, Asked& v) { a(v.top, v.objects_per_group); }
template <class A> void fields(A& a, TableObject& v) {
    a(v.address, v.birth_ns, v.origin, v.tgid, v.size_bytes, v.stages, v.object_class, v.stack_checked);
}
template <class A> void fields(A& a, ExitWays& v) { a(v.by_rcu, v.by_worker, v.by_parent, v.unknown); }
template <class A> void fields(A& a, LastDeaths& v) { a(v.count, v.first_ns, v.last_ns, v.oldest_age_ns); }
template <class A> void fields(A& a, OriginCounts& v) {
    a(v.births, v.deaths, v.exit_released, v.exit_pending, v.replaced, v.checked, v.differed, v.split_of, v.walked,
      v.exit_ways);
}
template <class A> void fields(A& a, BirthPlace& v) { a(v.cache, v.call_site, v.kmalloc); }
template <class A> void fields(A& a, UnfollowedCache::Counts& v) { a(v.births, v.deaths); }
template <class A> void fields(A& a, UnfollowedCache& v) { a(v.name, v.births, v.deaths, v.by); }
template <class A> void fields(A& a, ProcessInfo& v) {
    a(v.tgid, v.program, v.started_at_ns, v.comm, v.exe, v.cgroup, v.alive, v.exited_at_ns);
}
template <class A> void fields(A& a, OriginEvent& v) {
    a(v.id, v.time_ns, v.tgid, v.tid, v.program, v.object_class, v.context, v.syscall, v.call_site, v.cache_address,
      v.cache_object_bytes, v.cgroup_id, v.comm, v.cache_name, v.kernel_stack, v.user_stack, v.user_stack_unwound,
      v.walked_user_stack);
}
template <class A> void fields(A& a, GivenUpEvent& v) {
    a(v.time_ns, v.origin, v.tgid, v.context, v.comm, v.kernel_stack);
}
template <class A> void fields(A& a, SocketFacts& v) {
    a(v.orphan, v.no_file, v.no_socket, v.kernel_made, v.linger, v.timer_runs, v.rcvbuf_set, v.sndbuf_set, v.bound,
      v.abstract, v.path_deleted, v.peer_dead, v.window_closed, v.sends_no_more, v.receives_no_more, v.state,
      v.retransmits, v.family, v.type, v.protocol, v.local_port, v.local, v.remote_port, v.remote, v.cookie, v.inode,
      v.memory_bytes, v.netns, v.peer, v.listener, v.name, v.dentry, v.in_flight, v.file_refs, v.idle_ns,
      v.accept_queue, v.accept_queue_max, v.rmem_alloc, v.rcvbuf, v.wmem_alloc, v.wmem_queued, v.sndbuf,
      v.rcvbuf_max, v.sndbuf_max, v.in_descriptor, v.held_by_peer);
}
template <class A> void fields(A& a, DentryFacts& v) {
    a(v.negative, v.unhashed, v.root, v.sb_root, v.kept_by_fs, v.socket_file, v.used_again, v.children, v.parent,
      v.pattern, v.place, v.holders);
}
template <class A> void fields(A& a, ObjectFacts& v) { a(v.refcount, v.socket, v.dentry); }
template <class A> void fields(A& a, LiveObject& v) { a(v.slot, v.stage_times_ns, v.facts); }
template <class A> void fields(A& a, OtherSocket& v) { a(v.object, v.pre_attach); }
template <class A> void fields(A& a, ChargedDead& v) {
    a(v.origin, v.count, v.tgid, v.rmem_alloc, v.wmem_queued, v.forward_alloc);
}
template <class A> void fields(A& a, OutstandingHistory& v) { a(v.times_ns, v.outstanding); }
template <class A> void fields(A& a, DeathCell& v) { a(v.birth, v.death, v.count); }
template <class A> void fields(A& a, RetiredPlace& v) { a(v.cache, v.comm, v.kernel_stack); }
template <class A> void fields(A& a, OlderPlace& v) { a(v.cache, v.by); }
template <class A> void fields(A& a, DeathRecord& v) {
    a(v.start_ns, v.cell_ns, v.by_origin, v.at_exit, v.retired, v.older, v.older_known, v.longest_gap_ns);
}
template <class A> void fields(A& a, Holder& v) { a(v.address, v.tgid, v.fd, v.how); }
template <class A> void fields(A& a, DentryPlace& v) { a(v.directory, v.file_system, v.device); }
template <class A> void fields(A& a, DentryNames& v) { a(v.patterns, v.places); }
template <class A> void fields(A& a, SlabCache& v) {
    a(v.name, v.active_objects, v.total_objects, v.object_bytes, v.objects_per_slab);
}
template <class A> void fields(A& a, SlabInfo& v) { a(v.caches); }
template <class A> void fields(A& a, ProtocolCounts& v) {
    a(v.protocol, v.inuse, v.time_wait, v.orphan, v.alloc, v.mem_pages, v.memory_bytes);
}
template <class A> void fields(A& a, Sockstat& v) { a(v.sockets_used, v.protocols); }
template <class A> void fields(A& a, DentryState& v) {
    a(v.dentries, v.unused, v.age_limit_s, v.want_pages, v.negative, v.reserved);
}
template <class A> void fields(A& a, SlabMemory& v) { a(v.bytes, v.reclaimable_bytes); }
template <class A> void fields(A& a, MemoryBalance::Part& v) { a(v.name, v.bytes); }
template <class A> void fields(A& a, MemoryBalance& v) { a(v.total_bytes, v.parts, v.unaccounted_bytes); }
template <class A> void fields(A& a, KernelCounts& v) { a(v.slabs, v.sockstat, v.dentries, v.slab_memory, v.memory); }
template <class A> void fields(A& a, Books& v) {
    a(v.comparable, v.start, v.now, v.slab_links, v.cpus, v.processors, v.reclaim_accounted);
}
template <class A> void fields(A& a, KernelNames::Function& v) { a(v.name, v.module, v.start); }
template <class A> void fields(A& a, KernelNames::At& v) { a(v.address, v.function, v.offset); }
template <class A> void fields(A& a, KernelNames& v) { a(v.functions, v.at, v.hidden); }
template <class A> void fields(A& a, TcpCounters& v) {
    a(v.abort_on_memory, v.memory_pressures, v.orphans, v.max_orphans, v.memory_pages, v.memory_limits_pages);
}
template <class A> void fields(A& a, SocketLook& v) {
    a(v.listed_older, v.hidden, v.asked_ss, v.notes, v.namespaces_missing, v.tcp_start, v.tcp_now, v.page_bytes);
}
template <class A> void fields(A& a, Frame& v) {
    a(v.function, v.offset, v.module, v.file, v.line, v.inlined, v.address);
}
template <class A> void fields(A& a, PathQuestion& v) { a(v.device, v.path, v.pids); }
template <class A> void fields(A& a, DentryLocation& v) { a(v.name, v.directory, v.file_system, v.device); }
template <class A> void fields(A& a, Closeups::Object& v) { a(v.alive, v.details, v.location); }
template <class A> void fields(A& a, KernelDentries& v) {
    a(v.total, v.unused, v.negative, v.bytes, v.inode_bytes, v.slab_bytes, v.slab_reclaimable_bytes);
}
template <class A> void fields(A& a, Reclaim& v) { a(v.reclaimed, v.remaining); }
template <class A> void fields(A& a, ReclaimReport& v) {
    a(v.dentries, v.rounds, v.before, v.after, v.slab_before, v.slab_after);
}
template <class A> void fields(A& a, Closeups::Reclaimed& v) { a(v.report, v.freed, v.kept); }
template <class A> void fields(A& a, Closeups& v) {
    a(v.user_frames, v.objects, v.sockets, v.peers, v.paths, v.reclaimed);
}
template <class A> void fields(A& a, AddressPolicy& v) { a(v.name, v.shown); }
// clang-format on

} // namespace unfreed
