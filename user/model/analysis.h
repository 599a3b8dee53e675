// SPDX-License-Identifier: BSD-2-Clause
// What the analyzer found, before addresses become names: the input of the report builder.
#pragma once

#include "model/report.h"
#include "model/snapshot.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace unfreed {

// Who gave objects to RCU.
struct GivenUpBy {
    std::uint32_t tgid = 0; // 0: an interrupt
    std::string comm;
    Context context = Context::process;
    std::vector<std::uint64_t> kernel_stack; // normalized; empty: could not be read
};

// Objects that belong together: one class, cache, kernel stack, user stack, executable and kind.
// Fields that Group (model/report.h) has too mean the same there.
struct AnalyzedGroup {
    ObjectClass object_class = ObjectClass::slab;
    std::string cache;    // empty: unknown
    std::string program;  // what groups: path of the executable, else a process name; may be empty
    std::string socket;   // model/socket_names.h
    ThingName part_of;    // analyze/things.h; empty: of nothing that is known
    bool is_core = false; // it is the thing itself
    std::string kind;     // analyze/kind.h
    Verdict verdict = Verdict::live;
    std::optional<double> confidence; // that they leak; nullopt: not judged by numbers
    VerdictFacts facts;
    Attention attention = Attention::none;
    bool companion = false; // analyze/companions.h
    std::vector<Companion> companions;
    std::string evidence;
    std::string advice;
    std::uint64_t count = 0;            // alive + released_at_exit
    std::uint64_t followed = 0;         // of count: one in so many (Snapshot::one_in)
    std::optional<Interval> interval;   // 95 %, where not every object was followed
    std::uint64_t released_at_exit = 0; // host mode: 0
    ExitWays exit_ways;                 // of released_at_exit; and `unknown` beside it
    std::uint64_t outliving = 0;        // alive after their process: nothing is left to free them
    std::optional<std::uint64_t> bytes; // nullopt: the size of at least one object is unknown
    std::optional<std::uint64_t> object_bytes; // of each; nullopt: unknown, or not all alike
    std::uint64_t births = 0; // of all origins of the group, whatever became of them
    std::uint64_t deaths = 0;
    std::optional<double> growth_per_s;
    std::vector<std::uint64_t> history;   // analyze/history.h
    std::vector<LifetimeBand> lifetimes;  // analyze/lifetimes.h
    Growths repeats;                      // run --repeat
    std::optional<Ages> age_ns;           // of those alive; nullopt: none is
    std::vector<ReportProcess> processes; // most objects first; `container` is not filled in
    bool newcomers = false;               // all these processes began after the trace did
    std::vector<ReportHolder> holders;    // now, most objects first; `comm` is not filled in
    std::optional<std::uint64_t> held; // of those alive: some process holds it; nullopt: not known
    Context context = Context::process;
    std::string stack_quality = "exact"; // exact | inferred | unknown
    StackChecks stack_checks;
    std::vector<std::uint64_t> kernel_stack; // normalized
    std::vector<std::uint64_t> user_stack;   // as it was in user_stack_program
    Program user_stack_program;
    bool user_stack_unwound = false; // by unwind tables; else by frame pointers
    bool judged = true;              // false: frees of its objects may be hidden
    std::vector<OriginId> origins;   // sorted
    std::string missing_stage;       // empty: none
    std::string pattern;             // of names; empty: none
    std::string directory;           // of dentries, within the file system, as a pattern
    bool one_directory = false;      // all are in one, whatever the pattern
    std::string file_system;
    std::uint32_t device = 0; // as the kernel has it; 0: none, or several
    std::optional<bool> reclaimable;
    bool cache_destroyed = false;         // their slab cache does not exist any more
    std::optional<GivenUpBy> given_up_by; // rcu-pending only; nullopt: not known
    std::vector<LiveObject> objects;      // the oldest few
    std::vector<ObjectKey> members;       // all of them, if they were asked for: dentries only
};

// Last moments of a process, before names are put to the stack.
struct FoundLastMoments {
    LastMoments moments;
    Program program;
    std::vector<std::uint64_t> user_stack;
};

struct AnalyzedGroups {
    std::vector<AnalyzedGroup> groups; // most important first (analyze/ranking.h)
    std::vector<AliveSum> alive_sums;  // of all groups that need no look, omitted ones too
    std::vector<std::uint64_t> history_times_ns; // of their histories
    std::uint64_t groups_omitted = 0;            // cut by `top`
    std::uint64_t look_omitted = 0;              // of these, such as need a look
    std::uint64_t outstanding = 0;   // sum of counts, omitted groups too; judged, not rcu-pending
    std::uint64_t young_objects = 0; // alive, too young to judge: in no group
    std::uint64_t rcu_pending = 0;
    std::vector<FoundLastMoments> last_moments; // analyze/last_moments.h
    std::uint64_t freed_after_exit_unknown = 0; // as in Report
    // By cache: objects of groups that are not judged, omitted ones too.
    std::map<std::string, std::uint64_t> not_judged;
    // The part of these of which is known what they are, by cache and plural.
    std::map<std::string, std::map<std::string, std::uint64_t>> not_judged_things;
    std::uint64_t objects_without_origin = 0; // in groups, but where they come from is unknown
    std::uint64_t objects_not_grouped = 0;    // released at exit, of an origin that is unknown
};

} // namespace unfreed
