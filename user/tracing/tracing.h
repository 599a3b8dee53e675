// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "bpf/attach_plan.h"
#include "bpf/features.h"
#include "bpf/kernel_types.h"
#include "bpf/session.h"
#include "names/naming.h"
#include "source/live_source.h"
#include "symbolize/kallsyms.h"
#include "trace/trace_loop.h"
#include "track/lifetime_tracker.h"
#include "track/proc_process_reader.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace unfreed {

// All that follows objects: the programs in the kernel, what reads their tables, and the processes
// that make names. It does not move: each part borrows the ones before it.
class Tracing {
  public:
    // Attaches, and leaves tracing off. symbols: those that request was made of. Takes about a
    // second.
    static Result<std::unique_ptr<Tracing>> attach(bpf::TraceRequest request, Kallsyms symbols,
                                                   const bpf::KernelFeatures& features,
                                                   bpf::KernelTypes types);
    Tracing(const Tracing&) = delete;
    Tracing& operator=(const Tracing&) = delete;

    const bpf::TraceRequest& request() const { return request_; }
    const Kallsyms& symbols() const { return symbols_; }
    bpf::Session& session() { return *session_; }
    names::Naming& naming() { return naming_; }
    LiveSource& source() { return *source_; }
    LifetimeTracker& tracker() { return *tracker_; }
    trace::TraceLoop& loop() { return *loop_; }

    // The processes that make names; 0: there is none.
    const std::array<std::uint32_t, 2>& workers() const { return workers_; }
    // CPU time that this thread and they have used.
    std::uint64_t cpu_ns() const;

  private:
    Tracing(bpf::TraceRequest request, Kallsyms symbols);
    Result<> begin(const bpf::KernelFeatures& features, bpf::KernelTypes types);
    void make_loop();
    Result<names::Workers> launch(const names::Progress& progress);

    bpf::TraceRequest request_;
    Kallsyms symbols_;
    std::array<std::uint32_t, 2> workers_{};
    bpf::Session* ignoring_ = nullptr; // hears of new workers; not before the first ones are made
    names::Naming naming_; // before anything is attached: ready when the first event comes
    std::optional<bpf::Session> session_;
    std::optional<LiveSource> source_;
    ProcProcessReader processes_;
    std::optional<LifetimeTracker> tracker_;
    std::optional<trace::TraceLoop> loop_;
};

} // namespace unfreed
