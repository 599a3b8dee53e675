// SPDX-License-Identifier: BSD-2-Clause
// The report as one plain value, as docs/report-schema.json describes it. Writers only render it.
// Times are nanoseconds, sizes bytes, rates per second; optional = unknown.
#pragma once

#include "model/aim.h"
#include "model/attention.h"
#include "model/dentry_overview.h"
#include "model/exit_ways.h"
#include "model/known.h"
#include "model/lifetime_band.h"
#include "model/memory.h"
#include "model/object_class.h"
#include "model/repeats.h"
#include "model/verdict.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace unfreed {

struct Frame {
    std::string function; // empty: unknown
    std::uint64_t offset = 0;
    std::string module; // "vmlinux", a module, or the path of a binary; empty: unknown
    std::string file;
    std::optional<std::uint32_t> line;
    bool inlined = false;
    std::uint64_t address = 0;
};

struct ReportProcess {
    std::uint32_t pid = 0;
    std::string comm;
    std::string exe;
    std::string cgroup;
    std::string container; // empty: none known
    bool alive = true;
    std::uint64_t count = 0;
};

// A process that holds objects at the moment of the report.
struct ReportHolder {
    std::uint32_t pid = 0;
    std::string comm;               // empty: it has ended since
    std::uint64_t objects = 0;      // that it holds
    std::vector<std::string> ways;  // fd | cwd | root | mapped
    std::vector<std::uint32_t> fds; // the first few
};

struct ReportObject {
    std::uint64_t address = 0;
    std::uint64_t age_ns = 0;
    // Stage name -> how long ago; nullopt: reached, time unknown.
    std::vector<std::pair<std::string, std::optional<std::uint64_t>>> stages;
    std::map<std::string, std::string> details;
    std::vector<ReportHolder> holders;
};

// How well the stack of a group is known. It is exact where every object's own stack was read.
struct StackChecks {
    std::uint64_t objects = 0;  // objects alive whose own stacks were read, and are those shown
    std::uint64_t births = 0;   // births whose stacks were read, whatever became of them
    std::uint64_t differed = 0; // of these, births with another stack
};

// Who gave objects to RCU, and where.
struct GivenUp {
    std::uint32_t pid = 0; // 0: an interrupt
    std::string comm;      // empty: an interrupt
    std::string context = "process";
    std::vector<Frame> kernel_stack; // innermost first; empty: could not be read
};

struct Ages {
    std::uint64_t min = 0;
    std::uint64_t p50 = 0;
    std::uint64_t max = 0;
};

// A number that is known to lie between two others, both included.
struct Interval {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

// What a person calls something that is made of several objects: "pipe", "pipes".
struct ThingName {
    std::string singular, plural;
};

// What comes with the objects of a group, made by the same act in another cache.
struct Companion {
    ObjectClass object_class = ObjectClass::slab;
    std::string cache;
    std::uint64_t count = 0;
    std::optional<std::uint64_t> bytes;
};

struct Group {
    std::string id; // stable for the same origin across runs
    ObjectClass object_class = ObjectClass::slab;
    std::string cache; // empty: unknown
    // Names that the cache may as well stand for, where the kernel merged several, itself among
    // them; one if the stack tells which it is. Empty: it is not merged.
    std::vector<std::string> merged_caches;
    std::string socket; // "TCP", "UNIX stream", "NETLINK ROUTE"; empty: no socket, or not known
    ThingName thing;    // what they are, if neither class nor cache tells; empty: they do
    std::string kind;   // the class's own leak class; empty: none
    Verdict verdict = Verdict::live;
    VerdictFacts facts; // that the verdict was made from
    Attention attention = Attention::none;
    bool companion = false;            // comes with another group, which lists it
    std::vector<Companion> companions; // that come with this one
    std::string evidence;
    bool judged = true; // false: this host hides frees of its objects, so they may be dead
    std::string advice;
    std::optional<double> confidence;
    std::uint64_t count = 0; // outstanding; in run and pid mode: as the process began to exit
    std::uint64_t released_at_exit = 0;
    ExitWays exit_ways; // of these, and `unknown` beside them
    std::optional<std::uint64_t> bytes;
    std::optional<std::uint64_t> object_bytes; // of each; nullopt: unknown, or not all alike
    bool estimated = false;           // the trace was sampled: numbers are those followed times N
    std::optional<Interval> interval; // of an estimated count, 95 %
    std::uint64_t births = 0;
    std::uint64_t deaths = 0;
    std::optional<double> growth_per_s;
    // Outstanding at each of Trace::history_ns, of all groups of these origins, young objects too.
    // Shorter: its processes had ended by then. Empty: not known.
    std::vector<std::uint64_t> history;
    std::vector<LifetimeBand> lifetimes; // of these origins, old ones alive; empty: not known
    Growths repeats; // by how much it grew in each repeat of the command; empty: none was repeated
    std::optional<Ages> age_ns; // of those alive now; nullopt: none is
    std::vector<ReportProcess> processes;
    std::vector<ReportHolder> holders; // now, most objects first
    std::optional<std::uint64_t> held; // objects that some process holds now; nullopt: not known
    std::string context = "process";
    std::string stack_quality = "exact"; // exact | inferred | unknown
    StackChecks stack_checks;
    std::vector<Frame> kernel_stack; // innermost first, tracing frames removed
    std::vector<Frame> user_stack;
    std::string user_stack_by; // frame_pointers | unwind_tables; empty: there is none
    std::string missing_stage; // empty: none
    std::string pattern;       // what the names of dentries have in common
    std::string directory;     // of dentries; ends with "/**" where they are in several below it
    std::string file_system;   // its type; empty: several, or unknown
    std::string device;        // "254:0"
    std::optional<bool> reclaimable;    // the kernel can free them whenever it needs memory
    bool cache_destroyed = false;       // their slab cache does not exist any more
    std::optional<GivenUp> given_up_by; // of one object; rcu-pending only; nullopt: not known
    std::optional<Reclaim> reclaim;     // --probe-reclaim
    std::vector<ReportObject> objects;  // the oldest few
    std::optional<Change> change;       // since the report of --baseline; nullopt: there is none
    std::string suppressed_by;          // the rule that hides it (--suppressions); empty: none
};

enum class Severity : std::uint8_t { info, notice, data_loss, error };
std::string_view to_string(Severity severity);

struct Loss {
    std::string counter;
    std::uint64_t count = 0;
    Severity severity = Severity::info;
    std::string meaning;
};

struct EventsLost {
    std::uint64_t count = 0;
    bool exact = false; // false: at most so many
};

struct HookReport {
    std::string object_class; // "slab", "socket", "dentry", "process"
    std::string stage;        // "birth", "death", or a stage name
    std::string function;
    std::string attached_as; // raw_tp|tp_btf|fentry|fexit|lsm|kprobe|kretprobe|none
    std::string reason;      // why not, or why this variant; empty: first choice, works
    // Events for which the kernel did not run its program; nullopt: not counted.
    std::optional<EventsLost> events_lost = std::nullopt;
};

// Growth that was traced beside growth in the kernel's own counts.
struct Coverage {
    std::string cache; // as /proc/slabinfo calls it, kmalloc caches by size; or the file of a count
    std::string object_class;
    std::int64_t traced_delta = 0;
    std::optional<std::int64_t> kernel_delta;
    std::optional<double> ratio; // of the smaller to the larger; nullopt: not comparable
    bool reliable = true;        // births and deaths of this cache can be seen
    std::string reason;          // why not reliable or not comparable; empty: nothing to say
    std::uint64_t replaced = 0;  // births on addresses still held: deaths that were missed
    // The kernel's count may be wrong by as much: it takes free objects in the lists of a CPU for
    // living ones.
    std::uint64_t uncertainty = 0;
    bool relevant = true; // worth a line to a reader in a hurry
};

// Objects whose deaths may be hidden: alive as far as can be seen, but nothing is claimed of them.
struct NotJudged {
    std::string cache;
    std::uint64_t objects = 0;
    std::string thing = {}; // what most of them are that have a name, plural; empty: not known
    std::uint64_t things = 0;
};

// Which part of the objects was followed.
struct SampleReport {
    std::uint32_t one_in = 1;       // at the end, and what all numbers are scaled by
    std::uint32_t asked_one_in = 1; // --sample
    // Of the trace, when the table was so full that less was followed than asked; none: never.
    std::optional<std::uint64_t> thinned_after_ns;
    std::uint64_t smallest_sure_group = 1; // one of fewer objects may have been missed (5 %)
};

struct Totals {
    std::uint64_t births = 0;
    std::uint64_t deaths = 0;
    std::uint64_t outstanding = 0;
    std::uint64_t unknown_deaths = 0;
    std::uint64_t births_on_live_address = 0;
};

// Objects of a process that has ended which lived long and died one after the other in its last
// moments: not left to the exit, but closed by what tidies up before it.
struct LastMoments {
    std::uint32_t pid = 0;
    std::string comm;
    ObjectClass object_class = ObjectClass::slab;
    std::string cache; // empty: unknown
    std::uint64_t count = 0;
    std::uint64_t oldest_ns = 0;           // when it died
    std::uint64_t began_before_end_ns = 0; // from the first of these deaths to the end
    std::uint64_t lasted_ns = 0;           // from the first to the last
    std::uint64_t peak = 0;                // most that were alive at once
    std::uint64_t peak_after_ns = 0;       // of the trace
    std::vector<Frame> user_stack;         // that made one of them
};

// The other end of sockets, and how many of them have it.
struct RemoteCount {
    std::string address; // "10.16.0.1:443"
    std::uint64_t sockets = 0;
};

// One socket of a SocketGroup.
struct ReportSocket {
    std::uint64_t address = 0;
    std::uint64_t cookie = 0; // that it is still the same; not for readers
    std::string kind;         // as Group has it
    std::uint64_t memory_bytes = 0;
    std::map<std::string, std::string> details; // as ReportObject has them
    std::vector<ReportHolder> holders;
};

// Sockets that were listed, not traced: no stack is known. They have the programs that hold them in
// common, and what they are.
struct SocketGroup {
    std::string name;   // "TCP", "UNIX stream", "NETLINK ROUTE"
    std::string family; // details of a socket
    std::string type;
    std::string state;
    std::string standing; // what is odd about them, as half a sentence; empty: nothing
    std::string kind;     // this and the next three as Group has them
    std::string missing_stage;
    std::string evidence;
    std::string advice;
    std::uint64_t count = 0;
    std::uint64_t memory_bytes = 0;
    std::vector<ReportProcess> processes; // that hold them, most sockets first; empty: none does
    std::vector<ReportHolder> holders;    // as Group has them
    std::optional<std::uint64_t> held;
    // Processes whose descriptors cannot be seen and may be where these are; 0: none.
    std::uint64_t unseen_processes = 0;
    std::vector<RemoteCount> remotes;  // the most frequent few
    std::uint64_t remotes_omitted = 0; // others
    std::vector<ReportSocket> sockets; // those with most memory
    std::string suppressed_by;         // as Group has it
};

struct SocketSection {
    std::uint64_t count = 0;
    std::uint64_t memory_bytes = 0;
    std::vector<SocketGroup> groups;  // most memory first, then most sockets
    std::uint64_t groups_omitted = 0; // cut by --top
};

// TCP as a whole, during the trace; the counters are those of the tool's network namespace.
struct TcpReport {
    struct FromTo {
        std::optional<std::uint64_t> start, end;
    };
    std::optional<std::uint64_t> aborted_on_memory; // connections (TCPAbortOnMemory)
    std::optional<std::uint64_t> memory_pressures;  // times that it began (TCPMemoryPressures)
    FromTo orphans;
    std::optional<std::uint64_t> max_orphans;
    FromTo memory_bytes;
    std::optional<std::array<std::uint64_t, 3>> memory_limits_bytes; // tcp_mem
};

struct Report {
    struct Tool {
        std::string version;
        std::string build;
    } tool;
    struct Host {
        std::string hostname;
        std::string kernel_release;
        std::string arch;
        std::string boot_id;
    } host;
    struct Trace {
        std::string started_at; // RFC 3339
        std::uint64_t duration_ns = 0;
        std::string mode = "host"; // host|pid|run|replay
        std::vector<std::uint32_t> targets;
        std::vector<std::string> command; // empty: none
        // run: as wait() gives it; of several runs: of the first that failed, else of the last
        std::optional<std::uint32_t> command_status;
        RepeatFacts repeats; // its times are not for readers
        std::vector<std::string> classes;
        AimNames aim;
        SampleReport sample;
        std::uint64_t min_age_ns = 0;
        std::vector<std::uint64_t> history_ns; // since its start: the times of Group::history
        std::string stacks = "always";
        std::string kernel_addresses = "real"; // real|hashed|left-out
    } trace;
    bool complete = true;     // false as soon as a loss could change an answer
    std::vector<Loss> losses; // all counters, zero ones too
    std::vector<HookReport> hooks;
    std::vector<Coverage> coverage;        // most relevant first; empty: no host-wide trace
    std::vector<LastMoments> last_moments; // most objects first
    // Freed by RCU or a worker after the exit of their process began, and nobody could see who had
    // given them back. Run and pid mode.
    std::uint64_t freed_after_exit_unknown = 0;
    std::vector<NotJudged> not_judged; // most objects first; not in totals.outstanding
    std::vector<std::string> notes;    // sentences for the reader: what could not be seen, and why
    Totals totals;
    std::optional<DentryOverview> dentries; // where they were followed
    std::optional<ReclaimReport> reclaim;   // --probe-reclaim
    std::vector<Group> groups;              // most important first
    std::uint64_t groups_omitted = 0;       // cut by --top
    std::uint64_t look_omitted = 0;         // of these, such as need a look
    std::vector<AliveSum> alive_sums;       // of all groups that need none, omitted ones too
    // Sockets that are older than the trace, and those that live but that ss(8) does not show. Not
    // in groups or totals; nullopt: not asked for, or they cannot be listed here.
    std::optional<SocketSection> pre_attach_sockets;
    std::optional<SocketSection> hidden_sockets;
    std::optional<MemoryChange> memory;       // of the host, during the trace
    std::optional<TcpReport> tcp;             // nullopt: no sockets were asked for
    std::uint64_t young_objects = 0;          // alive, younger than min_age: not in groups
    std::optional<BaselineUse> baseline;      // --baseline
    std::vector<SuppressionUse> suppressions; // every rule of --suppressions, in their order
};

} // namespace unfreed
