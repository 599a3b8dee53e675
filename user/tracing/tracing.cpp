// SPDX-License-Identifier: BSD-2-Clause
#include "tracing/tracing.h"

#include "base/clock.h"
#include "names/worker.h"

#include <malloc.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <ctime>
#include <utility>

namespace unfreed {
namespace {

// Age at which objects of any class are worth records of their own.
constexpr std::uint64_t kPromotionAgeNs = 1'000'000'000;

// CPU time that a process has used; 0: it is gone.
std::uint64_t cpu_of(std::uint32_t pid) {
    clockid_t clock{};
    timespec used{};
    if (::clock_getcpuclockid(static_cast<pid_t>(pid), &clock) != 0 ||
        ::clock_gettime(clock, &used) != 0)
        return 0;
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(used.tv_nsec);
}

// Loading left large free blocks behind, and a trace may go on for days.
void give_memory_back() {
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

} // namespace

Result<std::unique_ptr<Tracing>> Tracing::attach(bpf::TraceRequest request, Kallsyms symbols,
                                                 const bpf::KernelFeatures& features,
                                                 bpf::KernelTypes types) {
    std::unique_ptr<Tracing> tracing(new Tracing(std::move(request), std::move(symbols)));
    if (auto begun = tracing->begin(features, std::move(types)); !begun)
        return fail(begun.error());
    return tracing;
}

Tracing::Tracing(bpf::TraceRequest request, Kallsyms symbols)
    : request_(std::move(request)), symbols_(std::move(symbols)),
      naming_([this](const names::Progress& progress) { return launch(progress); },
              request_.only_targets) {}

Result<names::Workers> Tracing::launch(const names::Progress& progress) {
    return names::launch_workers(progress, [this, next = std::size_t{0}](pid_t pid) mutable {
        workers_.at(next++) = static_cast<std::uint32_t>(pid);
        if (ignoring_ != nullptr)
            ignoring_->ignore_workers(workers_);
    });
}

Result<> Tracing::begin(const bpf::KernelFeatures& features, bpf::KernelTypes types) {
    auto session = bpf::Session::start(request_, features, types);
    if (!session)
        return fail(session.error());
    // Once more: stacks hold addresses of the programs and trampolines that exist only now.
    auto symbols = Kallsyms::load();
    if (!symbols)
        return fail(symbols.error());
    symbols_ = std::move(*symbols);
    ignoring_ = &session_.emplace(std::move(*session));
    session_->ignore_workers(workers_);
    give_memory_back();
    make_loop();
    return {};
}

void Tracing::make_loop() {
    source_.emplace(*session_);
    TrackerOptions options;
    options.promotion_age_ns.fill(kPromotionAgeNs);
    options.exit_is_no_death = request_.only_targets;
    tracker_.emplace(options, processes_);
    loop_.emplace(
        *source_, *tracker_, std::chrono::nanoseconds(kPromotionAgeNs),
        [this](const Event& event) { naming_.observe(event); }, !request_.only_targets,
        [this](OriginId origin) { naming_.forget(origin); });
    loop_->after_each_drain([this] { naming_.flush(); });
    if (!request_.always_walk)
        loop_->adapt_stacks();
    if (!request_.only_targets && request_.wants(ObjectClass::slab))
        loop_->count_older();
}

std::uint64_t Tracing::cpu_ns() const {
    std::uint64_t sum = thread_cpu_ns();
    for (const std::uint32_t worker : workers_)
        sum += cpu_of(worker);
    return sum;
}

} // namespace unfreed
