// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/session.h"

#include "abi/config.h"
#include "base/log.h"
#include "bpf/grace_period.h"
#include "bpf/kernel_btf.h"
#include "bpf/libbpf_log.h"
#include "bpf/preemption.h"
#include "bpf/refusal.h"
#include "bpf/selftest.h"
#include "bpf/site_table.h"
#include "bpf/table_memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <random>
#include <thread>
#include <unordered_map>

namespace unfreed::bpf {
namespace {

// How long the self-test waits for deaths that come after an RCU grace period.
constexpr auto kSelftestPatience = std::chrono::milliseconds(400);
// And for those of classes that a trace would go without.
constexpr auto kOptionalPatience = std::chrono::seconds(3);

std::string program_name(const Variant& variant, unsigned copy) {
    return variant.copies ? fmt::format("{}_{}", variant.program, copy) : variant.program;
}

bool is_of_optional_class(uf_hook hook) {
    const auto object_class = class_from_string(hook_info(hook).object_class);
    return object_class && card_of(*object_class).is_optional;
}

std::uint64_t random_seed() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32) | device();
}

void fill_config(uf_config& config, const TraceRequest& request, const AttachPlan& plan,
                 const Sampling& sampling, const Copies& copies, const Preemptible& preemptible,
                 bool cache_of, int cpus) {
    config.cache_of = cache_of;
    config.possible_cpus = static_cast<std::uint32_t>(cpus);
    config.page_bytes = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
    config.set_mask = object_sets(request.max_objects) - 1;
    config.origin_mask = kOriginSets - 1;
    for (ObjectClass object_class : request.classes)
        config.classes |= 1u << static_cast<unsigned>(object_class);
    config.copies = static_cast<std::uint8_t>(copies.at_tracepoints);
    config.function_copies = static_cast<std::uint8_t>(copies.at_functions);
    config.repeats = preemptible.tracepoints;
    config.function_repeats = preemptible.functions;
    config.self_tgid = static_cast<std::uint32_t>(::getpid());
    config.only_targets = request.only_targets;
    config.follow = request.follow_children;
    config.always_walk = request.always_walk;
    config.kmem_births = plan.kmem_births;
    config.may_sample = request.may_thin || sampling.one_in > 1;
    config.sample_seed = sampling.seed;
    config.irq_entry_start = request.irq_entry_start;
    config.irq_entry_end = request.irq_entry_end;
    config.delayed_work_timer = request.delayed_work_timer;
    config.rcu_work_callback = request.rcu_work_callback;
    config.vmemmap_base = request.vmemmap_base;
    config.page_offset_base = request.page_offset_base;
}

void add_unfollowed(const uf_unfollowed& more, const std::string& name,
                    std::map<std::string, UnfollowedCache>& sums) {
    if (more.births == 0 && more.deaths == 0)
        return;
    UnfollowedCache& sum = sums[name];
    sum.name = name;
    sum.births += more.births;
    sum.deaths += more.deaths;
}

} // namespace

Result<> Session::open_and_load(const TraceRequest& request, const AttachPlan& plan) {
    auto opened = KernelObject::open(request.edition);
    if (!opened)
        return fail(opened.error());
    object_ = std::move(*opened);
    for (const HookPlan& hook : plan.hooks)
        for (const Variant& variant : hook.variants)
            for (unsigned copy = 0; copy < copies_.of(variant); ++copy) {
                const std::string name = program_name(variant, copy);
                bpf_program* program =
                    bpf_object__find_program_by_name(object_->get(), name.c_str());
                if (program == nullptr)
                    return fail(Errc::internal, "the BPF object has no program " + name);
                bpf_program__set_autoload(program, true);
            }
    const int cpus = libbpf_num_possible_cpus();
    if (cpus < 1)
        return fail(Errc::internal, "cannot count the CPUs of this host");
    sampling_ = {request.one_in, random_seed()};
    may_thin_ = request.may_thin;
    fill_config(object_->config(), request, plan, sampling_, copies_, preemptible_, cache_of_,
                cpus);
    sites_not_known_ = plan.kmem_births ? fill_sites(object_->config(), request) : 0;
    if (auto aimed = fill_aim(object_->config().aim, request.aim); !aimed)
        return aimed;
    object_->state().sample_threshold = sampling_.threshold();
    const bool sized =
        (request.ring_bytes == 0 || object_->set_max_entries("events", request.ring_bytes)) &&
        object_->set_max_entries("objects", object_sets(request.max_objects)) &&
        object_->set_max_entries("origins", kOriginSets) &&
        object_->set_max_entries("exit_ways", kOriginSets * UF_ORIGIN_WAYS) &&
        object_->set_max_entries("scratch", static_cast<std::uint32_t>(cpus) * UF_SCRATCH_PER_CPU);
    if (!sized)
        return fail(Errc::internal, "the size of a BPF map cannot be set");
    if (int error = object_->load(); error != 0)
        return fail(refusal(-error, "the BPF programs", take_libbpf_warnings()));
    if (int error = fill_aim_caches(object_->map_fd("aim_caches"), request.aim); error != 0)
        return fail_errno(Errc::internal, error, "cannot tell the kernel side the names of caches");
    return {};
}

Result<> Session::map_tables(const TraceRequest& request) {
    auto objects = MappedArray::map(object_->map_fd("objects"),
                                    sizeof(uf_set) * object_sets(request.max_objects));
    auto origins =
        MappedArray::map(object_->map_fd("origins"), sizeof(uf_origin_set) * kOriginSets);
    auto ways = MappedArray::map(object_->map_fd("exit_ways"),
                                 sizeof(uf_exit_ways) * kOriginSets * UF_ORIGIN_WAYS);
    auto procs = MappedArray::map(object_->map_fd("procs"), sizeof(uf_proc_page) * UF_PROC_PAGES);
    for (const auto* mapped : {&objects, &origins, &ways, &procs})
        if (!*mapped)
            return fail(mapped->error());
    table_ =
        std::make_unique<ObjectTable>(std::move(*objects), std::move(*origins), std::move(*ways));
    procs_ = std::make_unique<MappedArray>(std::move(*procs));
    auto ring = RingReader::open(object_->map_fd("events"));
    if (!ring)
        return fail(ring.error());
    ring_ = std::make_unique<RingReader>(std::move(*ring));
    procs_->as<std::uint8_t>()[static_cast<std::size_t>(::getpid())] = UF_PROC_IGNORE;
    return {};
}

Result<Session::Attached> Session::attach_variant(const Variant& variant) {
    const unsigned count = copies_.of(variant);
    Attached attached{variant, std::vector<int>(count), {}};
    // Copy 0 has to run first. Tracepoints call programs in the order they were attached in,
    // trampolines the other way round (bpf_trampoline_link_prog adds at the head of its list).
    const bool newest_first = at_function(variant.kind);
    for (unsigned i = 0; i < count; ++i) {
        const unsigned copy = newest_first ? count - 1 - i : i;
        const std::string name = program_name(variant, copy);
        bpf_program* program = bpf_object__find_program_by_name(object_->get(), name.c_str());
        LinkPtr link(program != nullptr ? bpf_program__attach(program) : nullptr);
        if (!link)
            return fail(Errc::unsupported,
                        fmt::format("{} {}: the kernel refuses to attach it ({})",
                                    to_string(variant.kind), variant.target, std::strerror(errno)));
        attached.program_fds[copy] = bpf_program__fd(program);
        attached.links.push_back(std::move(link));
    }
    return attached;
}

void Session::attach(const HookPlan& plan, std::size_t first) {
    attached_.erase(plan.hook);
    for (std::size_t i = first; i < plan.variants.size(); ++i) {
        auto attached = attach_variant(plan.variants[i]);
        if (attached) {
            attached_.emplace(plan.hook, std::move(*attached));
            return;
        }
        reasons_[plan.hook].push_back(attached.error().message);
    }
}

bool Session::fired(uf_hook hook) const {
    return static_cast<volatile std::uint8_t&>(object_->state().fired[hook]) != 0;
}

void Session::run_selftest(const AttachPlan& plan) {
    // Each round tests what is attached and moves silent hooks to their next variant.
    for (std::size_t round = 0; round < 3; ++round) {
        object_->state().phase = UF_PHASE_SELFTEST;
        exercise_hooks();
        auto all_fired = [&](bool optional_only) {
            for (const auto& [hook, attached] : attached_)
                if (hook_info(hook).tested && !fired(hook) &&
                    (!optional_only || is_of_optional_class(hook)))
                    return false;
            return true;
        };
        const auto begun = std::chrono::steady_clock::now();
        auto waited = [&] { return std::chrono::steady_clock::now() - begun; };
        while ((!all_fired(false) && waited() < kSelftestPatience) ||
               (!all_fired(true) && waited() < kOptionalPatience))
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        object_->state().phase = UF_PHASE_OFF;
        bool changed = false;
        for (const HookPlan& hook : plan.hooks) {
            auto found = attached_.find(hook.hook);
            if (found == attached_.end() || fired(hook.hook) || !hook_info(hook.hook).tested)
                continue;
            const Variant silent = found->second.variant;
            std::size_t next = 0;
            while (hook.variants[next].program != silent.program)
                ++next;
            if (++next == hook.variants.size())
                continue; // keep the last: better a stage that may come than none
            reasons_[hook.hook].push_back(fmt::format("{} {}: attaches, but was not called in the "
                                                      "self-test",
                                                      to_string(silent.kind), silent.target));
            attach(hook, next);
            changed = true;
        }
        if (!changed)
            return;
    }
}

// What is said of a hook that does not serve.
std::string Session::unseen(uf_hook hook, const std::vector<std::string>& otherwise) const {
    const HookInfo& info = hook_info(hook);
    const auto why = reasons_.find(hook);
    std::string reason = attached_.contains(hook) ? "its probe attaches, but was not called when "
                                                    "the tool made and destroyed such an object"
                                                  : "nothing in this kernel tells it";
    if (why != reasons_.end() && !why->second.empty())
        reason = why->second.back();
    else if (!attached_.contains(hook) && !otherwise.empty())
        reason = otherwise.back();
    return fmt::format("the {} of class {} cannot be seen: {}", info.stage, info.object_class,
                       reason);
}

bool Session::tells_call_site(ObjectClass object_class) const {
    const auto areas = attached_.find(UF_HOOK_VMALLOC_ALLOC);
    if (object_class == ObjectClass::vmalloc)
        return areas == attached_.end() || areas->second.variant.kind != AttachKind::raw_tp;
    return object_class != ObjectClass::percpu || percpu_call_site_;
}

Result<> Session::leave_out_unseen(const TraceRequest& request, const AttachPlan& plan) {
    for (const HookPlan& hook : plan.hooks) {
        const HookInfo& info = hook_info(hook.hook);
        if (is_of_optional_class(hook.hook) && info.essential &&
            !(attached_.contains(hook.hook) && fired(hook.hook)))
            left_out_.emplace(*class_from_string(info.object_class),
                              unseen(hook.hook, hook.reasons));
    }
    if (!request.aim.sites.empty())
        for (ObjectClass object_class : request.classes)
            if (!tells_call_site(object_class))
                left_out_.emplace(object_class,
                                  fmt::format("this kernel does not tell who asks for objects of "
                                              "class {}, so that --site finds none",
                                              to_string(object_class)));
    if (left_out_.empty())
        return {};
    if (request.classes_asked ||
        std::all_of(request.classes.begin(), request.classes.end(),
                    [this](ObjectClass object_class) { return left_out_.contains(object_class); }))
        return fail(Errc::unsupported, left_out_.begin()->second);
    std::erase_if(attached_, [this](const auto& entry) {
        const auto object_class = class_from_string(hook_info(entry.first).object_class);
        return object_class && left_out_.contains(*object_class);
    });
    return {};
}

Result<> Session::check_essential() const {
    for (unsigned i = 0; i < UF_HOOK_COUNT; ++i) {
        const auto hook = static_cast<uf_hook>(i);
        const HookInfo& info = hook_info(hook);
        const auto object_class = class_from_string(info.object_class);
        auto found = attached_.find(hook);
        if (!info.essential || (object_class && left_out_.contains(*object_class)) ||
            (found != attached_.end() && fired(hook)))
            continue;
        if (found != attached_.end() || reasons_.contains(hook))
            return fail(Errc::unsupported, unseen(hook, {}));
    }
    return {};
}

Result<Session> Session::start(const TraceRequest& asked, const KernelFeatures& features,
                               const KernelTypes& types) {
    const btf* btf = types.get();
    const Preemptible preemptible = find_preemptible(btf);
    TraceRequest request = asked;
    auto edition = find_edition(btf);
    if (!edition)
        return fail(edition.error());
    request.edition = *edition;
    const bool guarded = has_recursion_guard(btf);
    const Copies copies = choose_copies(request.copies, request.edition, guarded, preemptible);
    const auto functions = find_functions(btf);
    Error last;
    for (bool force_kmem : {false, true}) {
        auto plan = make_plan(request, features, functions, force_kmem);
        if (!plan)
            return fail(last.message.empty() ? plan.error() : last);
        Session session;
        session.kmem_births_ = plan->kmem_births;
        session.preemptible_ = preemptible;
        session.copies_ = copies;
        session.cache_of_ = has_cache_of(btf, request.edition);
        session.edition_ = request.edition;
        session.percpu_call_site_ = tells_percpu_call_site(btf);
        auto loaded = session.open_and_load(request, *plan);
        if (!loaded && session.cache_of_) {
            session.cache_of_ = false; // there, but perhaps not for these programs
            loaded = session.open_and_load(request, *plan);
        }
        if (!loaded)
            return fail(loaded.error());
        if (auto mapped = session.map_tables(request); !mapped)
            return fail(mapped.error());
        for (const HookPlan& hook : plan->hooks)
            session.attach(hook, 0);
        session.run_selftest(*plan);
        if (auto enough = session.leave_out_unseen(request, *plan); !enough)
            return fail(enough.error());
        if (auto essential = session.check_essential(); !essential) {
            last = essential.error();
            if (plan->kmem_births)
                return fail(last);
            log::info(last.message + "; using the slab tracepoints instead");
            continue;
        }
        auto alloc = session.attached_.find(UF_HOOK_SOCKET_ALLOC);
        const bool by_lsm =
            alloc != session.attached_.end() && alloc->second.variant.kind == AttachKind::lsm;
        session.object_->state().clone_births = alloc != session.attached_.end() && !by_lsm;
        if (!by_lsm)
            session.attached_.erase(UF_HOOK_SOCKET_DESCRIBE);
        session.object_->state().describe_births =
            session.attached_.contains(UF_HOOK_SOCKET_DESCRIBE) &&
            session.fired(UF_HOOK_SOCKET_DESCRIBE);
        session.detach_covered();
        session.report_hooks(*plan);
        return session;
    }
    return fail(last);
}

Result<> Session::add_target(std::uint32_t tgid) {
    std::span<std::uint8_t> flags = procs_->as<std::uint8_t>();
    if (tgid >= flags.size())
        return fail(Errc::limit, fmt::format("PID {} is larger than any Linux allows", tgid));
    flags[tgid] = UF_PROC_TARGET;
    // While tracing is on the programs count, too.
    std::atomic_ref(object_->state().targets_alive).fetch_add(1);
    return {};
}

void Session::ignore_workers(const std::array<std::uint32_t, 2>& tgids) {
    for (std::size_t i = 0; i < tgids.size(); ++i)
        static_cast<volatile std::uint32_t&>(object_->state().worker_tgids[i]) = tgids[i];
}

void Session::activate() {
    note_skipped_before();
    static_cast<volatile std::uint32_t&>(object_->state().phase) = UF_PHASE_TRACING;
}

void Session::deactivate() {
    static_cast<volatile std::uint32_t&>(object_->state().phase) = UF_PHASE_OFF;
}

bool Session::thin() {
    if (!may_thin_ || sampling_.one_in > Sampling::kMaxOneIn / 2)
        return false;
    const auto deaths = table_->deaths();
    sampling_.one_in *= 2;
    static_cast<volatile std::uint32_t&>(object_->state().sample_threshold) = sampling_.threshold();
    // A program that has seen the old threshold may still enter an object, or be about to clear it.
    wait_for_grace_period();
    table_->evict(sampling_);
    table_->halve_deaths(deaths, sampling_.seed + sampling_.one_in);
    return true;
}

Result<std::vector<uf_cpu>> Session::read_cpus() const {
    const int cpus = libbpf_num_possible_cpus();
    if (cpus < 1)
        return fail(Errc::internal, "cannot count the CPUs of this host");
    std::vector<uf_cpu> values(static_cast<std::size_t>(cpus));
    const std::uint32_t zero = 0;
    if (bpf_map_lookup_elem(object_->map_fd("cpus"), &zero, values.data()) != 0)
        return fail_errno(Errc::internal, errno, "cannot read the kernel side's counters");
    return values;
}

Result<std::vector<UnfollowedCache>> Session::read_unfollowed() const {
    auto cpus = read_cpus();
    if (!cpus)
        return fail(cpus.error());
    // Caches of one name (a module loaded again) are one to every reader.
    std::map<std::string, UnfollowedCache> sums;
    for (const uf_cpu& cpu : *cpus) {
        std::unordered_map<std::uint64_t, UnfollowedCache*> by_address;
        for (const uf_cache& entry : cpu.caches) {
            if (entry.births == 0 && entry.deaths == 0)
                continue;
            const std::string name(entry.name, ::strnlen(entry.name, sizeof(entry.name)));
            UnfollowedCache& sum = sums[name];
            sum.name = name;
            sum.births += entry.births;
            sum.deaths += entry.deaths;
            by_address[entry.cache] = &sum;
        }
        for (const uf_older& entry : cpu.older)
            if (const auto cache = by_address.find(entry.cache);
                cache != by_address.end() && entry.cache != 0) {
                UnfollowedCache::Counts& part = cache->second->by[entry.by];
                part.births += entry.births;
                part.deaths += entry.deaths;
            }
        for (const ObjectClass object_class : kAllClasses)
            add_unfollowed(cpu.unfollowed[static_cast<std::size_t>(object_class)],
                           cacheless_name(object_class), sums);
    }
    std::vector<UnfollowedCache> caches;
    for (auto& [name, sum] : sums)
        caches.push_back(std::move(sum));
    return caches;
}

} // namespace unfreed::bpf
