// SPDX-License-Identifier: BSD-2-Clause
// `unfreed triage`: which part of the kernel's memory grows, by its own counts. No probe.
#include "base/clock.h"
#include "cli/commands.h"
#include "coverage/triage.h"
#include "kernel_counts/dying_cgroups.h"
#include "kernel_counts/memory_balance.h"
#include "output/output.h"
#include "report/text_balance.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace unfreed::cli {
namespace {

constexpr std::chrono::nanoseconds kUsualTime = std::chrono::seconds(5);

Result<TriageSample> take_sample() {
    TriageSample sample;
    auto memory = read_memory_balance();
    if (!memory)
        return fail(memory.error());
    sample.taken_at_ns = monotonic_ns();
    sample.page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    sample.memory = std::move(*memory);
    ProcKernelBooks books;
    sample.counts = books.read();
    sample.tcp = TcpCounters::read();
    sample.dying_cgroups = read_dying_cgroups();
    return sample;
}

} // namespace

Result<int> run_triage(const Options& options) {
    auto output = Output::open(options.outputs.front().path);
    if (!output)
        return fail(output.error());
    auto start = take_sample();
    if (!start)
        return fail(start.error());
    std::this_thread::sleep_for(options.duration.value_or(kUsualTime));
    auto end = take_sample();
    if (!end)
        return fail(end.error());
    end->descriptors = read_descriptor_use();
    const bool color = output->is_terminal() && std::getenv("NO_COLOR") == nullptr;
    if (auto written = output->write(
            triage_to_text(triage(*start, *end), static_cast<std::size_t>(output->width()), color));
        !written)
        return fail(written.error());
    return 0;
}

} // namespace unfreed::cli
