// SPDX-License-Identifier: BSD-2-Clause
// The life of the BPF side: open, load, attach, prove, activate. The only owner of programs, maps
// and links; destroying it (or the process dying in any way) detaches everything.
#pragma once

#include "bpf/attach_plan.h"
#include "bpf/copies.h"
#include "bpf/kernel_object.h"
#include "bpf/object_table.h"
#include "bpf/ring_reader.h"
#include "bpf/skipped_events.h"
#include "model/counters.h"
#include "model/report.h"
#include "model/snapshot.h"

#include <array>
#include <memory>

namespace unfreed::bpf {

class Session {
  public:
    // Loads and attaches what `request` needs, tests every hook with a real object, and leaves
    // tracing off. Takes about a second.
    static Result<Session> start(const TraceRequest& asked, const KernelFeatures& features,
                                 const KernelTypes& types);

    // Chooses a process to follow, one that lives. Before or after activate().
    Result<> add_target(std::uint32_t tgid);
    // Like the tool's own, objects of these processes are not followed. 0: none.
    void ignore_workers(const std::array<std::uint32_t, 2>& tgids);
    // Objects are followed from now on.
    void activate();
    // Nothing new is followed or marked; what was found stays readable.
    void deactivate();

    // Follows half of what it followed so far, in the table and from now on. False: it may not, or
    // has come to Sampling::kMaxOneIn. Takes some ten milliseconds.
    bool thin();
    const Sampling& sampling() const { return sampling_; }

    const ObjectTable& table() const { return *table_; }
    RingReader& ring() { return *ring_; }

    // Every loss the kernel side counted so far, and what the kernel skipped (session_losses.cpp).
    // The latter goes by hook into hooks(), too.
    Result<> read_counters(Counters& counters);

    // What was born and died in slab caches without being followed, by cache. Counted in host-wide
    // traces of class slab only.
    Result<std::vector<UnfollowedCache>> read_unfollowed() const;
    // The cache of each of those deaths is known; otherwise only that of some.
    bool knows_every_cache() const;
    Edition edition() const { return edition_; }
    const Copies& copies() const { return copies_; }

    const std::vector<HookReport>& hooks() const { return hooks_; }
    // Classes that were asked for and are not followed here, each with the reason.
    const std::map<ObjectClass, std::string>& left_out() const { return left_out_; }
    // Stages (bits of enum uf_stage) that an attached hook sets.
    std::uint32_t visible_stages() const;
    // Births and deaths come from the slab tracepoints.
    bool kmem_births() const { return kmem_births_; }
    // Frees that pass the tracepoints by (kmem_cache_free_bulk, sheaves) are seen.
    bool sees_bulk_frees() const;

  private:
    struct Attached {
        Variant variant;
        std::vector<int> program_fds; // by copy
        std::vector<LinkPtr> links;
    };

    Session() = default;
    Result<> open_and_load(const TraceRequest& request, const AttachPlan& plan);
    Result<> map_tables(const TraceRequest& request);
    // Attaches the first variant of each hook that can be, from `first` on.
    void attach(const HookPlan& plan, std::size_t first);
    Result<Attached> attach_variant(const Variant& variant);
    void run_selftest(const AttachPlan& plan);
    bool fired(uf_hook hook) const;
    std::string unseen(uf_hook hook, const std::vector<std::string>& otherwise) const;
    // Gives up classes that a trace of others can do without.
    Result<> leave_out_unseen(const TraceRequest& request, const AttachPlan& plan);
    bool tells_call_site(ObjectClass object_class) const;
    Result<> check_essential() const;
    void detach_covered();
    void report_hooks(const AttachPlan& plan);
    Result<std::vector<uf_cpu>> read_cpus() const;
    using SkippedByHook = std::map<uf_hook, SkippedEvents>;
    SkippedByHook read_skipped(const std::vector<uf_cpu>& cpus) const;
    void note_skipped_before();
    bool counts_exactly(const Attached& attached) const;
    Result<std::map<uf_hook, std::uint64_t>> read_lost() const;

    std::unique_ptr<KernelObject> object_;
    std::map<uf_hook, Attached> attached_;                // after object_: detached first
    std::map<uf_hook, std::vector<std::string>> reasons_; // why variants failed
    std::map<ObjectClass, std::string> left_out_;
    std::map<uf_hook, uf_hook> covered_; // noted by the program of another hook
    SkippedByHook skipped_before_;       // before tracing was on
    Sampling sampling_;
    bool may_thin_ = true;
    std::unique_ptr<ObjectTable> table_;
    std::unique_ptr<MappedArray> procs_;
    std::unique_ptr<RingReader> ring_;
    std::vector<HookReport> hooks_;
    std::vector<uf_hook> reported_; // which hook each of these is
    bool kmem_births_ = false;
    bool cache_of_ = false;
    bool percpu_call_site_ = true;      // births of class percpu have one
    std::uint64_t sites_not_known_ = 0; // call-site ranges for which there was no room
    Edition edition_ = Edition::current;
    Preemptible preemptible_;
    Copies copies_;
};

} // namespace unfreed::bpf
