// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <cstdint>
#include <ctime>
#include <string_view>

namespace unfreed {

// What the time namespace of this process adds to the clocks of the host.
struct ClockOffsets {
    std::int64_t monotonic_ns = 0;
    std::int64_t boottime_ns = 0;
};
// From the text of /proc/self/timens_offsets: lines "monotonic SECONDS NANOSECONDS". An error:
// it has no such line, or no numbers.
Result<ClockOffsets> parse_clock_offsets(std::string_view text);
// Of this process, which has them as long as it runs: read once. An error: they cannot be known.
const Result<ClockOffsets>& clock_offsets();

// CLOCK_MONOTONIC of the host in nanoseconds, the clock of bpf_ktime_get_ns: it does not jump when
// somebody sets the time of day.
std::uint64_t monotonic_ns();
// CLOCK_BOOTTIME of the host, in which the kernel notes when a process started.
std::uint64_t boottime_ns();

// When a process started, as field 22 of /proc/PID/stat shows it here: in ticks of USER_HZ, with
// what the time namespace of the reader adds (do_task_stat()). boottime_ns: of the host.
std::uint64_t start_in_ticks(std::uint64_t boottime_ns);

// Length of a tick of the kernel (a jiffy): the resolution of the coarse clocks.
inline std::uint64_t jiffy_ns() {
    timespec tick{};
    ::clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
    return static_cast<std::uint64_t>(tick.tv_nsec);
}

// CPU time that the calling thread has used.
inline std::uint64_t thread_cpu_ns() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(used.tv_nsec);
}

} // namespace unfreed
