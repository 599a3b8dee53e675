// SPDX-License-Identifier: BSD-2-Clause
#include "base/clock.h"

#include "base/read_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <string>

namespace unfreed {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

std::optional<std::int64_t> take_number(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc{})
        return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    return number;
}

std::optional<std::int64_t> offset_of(std::string_view text, std::string_view clock) {
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (!line.starts_with(clock))
            continue;
        line.remove_prefix(clock.size());
        const auto seconds = take_number(line);
        const auto nanoseconds = take_number(line);
        // KTIME_SEC_MAX / 2 is the most that the kernel takes.
        if (!seconds || !nanoseconds || *seconds > INT64_MAX / kSecondNs / 2 ||
            *seconds < INT64_MIN / kSecondNs / 2 || *nanoseconds < 0 || *nanoseconds >= kSecondNs)
            return std::nullopt;
        return *seconds * kSecondNs + *nanoseconds;
    }
    return std::nullopt;
}

Result<ClockOffsets> read_offsets() {
    // PROC_TIME_INIT_INO, include/linux/proc_ns.h. 5.6 and later, where CONFIG_TIME_NS is set.
    constexpr std::uint64_t kInitialNamespace = 0xEFFFFFFA;
    struct stat own {};
    if (::stat("/proc/self/ns/time", &own) != 0 || own.st_ino == kInitialNamespace)
        return ClockOffsets{};
    // The offsets are those of children to come, which may have been unshared since.
    struct stat children {};
    if (::stat("/proc/self/ns/time_for_children", &children) != 0 || children.st_ino != own.st_ino)
        return fail(Errc::unsupported,
                    "the time namespace of this process is not the one of its children, so what it "
                    "adds to the clocks is not known");
    auto text = read_file("/proc/self/timens_offsets");
    if (!text)
        return fail(std::move(text.error()));
    return parse_clock_offsets(*text);
}

std::uint64_t read_clock(clockid_t clock, std::int64_t offset_ns) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * static_cast<std::uint64_t>(kSecondNs) +
           static_cast<std::uint64_t>(now.tv_nsec) - static_cast<std::uint64_t>(offset_ns);
}

} // namespace

Result<ClockOffsets> parse_clock_offsets(std::string_view text) {
    const auto monotonic = offset_of(text, "monotonic");
    const auto boottime = offset_of(text, "boottime");
    if (!monotonic || !boottime)
        return fail(Errc::malformed, "/proc/self/timens_offsets does not say what the time "
                                     "namespace adds to the clocks");
    return ClockOffsets{*monotonic, *boottime};
}

const Result<ClockOffsets>& clock_offsets() {
    static const Result<ClockOffsets> offsets = read_offsets();
    return offsets;
}

std::uint64_t start_in_ticks(std::uint64_t boottime_ns) {
    static const auto hz = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    const auto offset_ns =
        static_cast<std::uint64_t>(clock_offsets().value_or(ClockOffsets{}).boottime_ns);
    return (boottime_ns + offset_ns) / (1'000'000'000 / hz); // modulo 2^64, like the kernel
}

std::uint64_t monotonic_ns() {
    return read_clock(CLOCK_MONOTONIC, clock_offsets().value_or(ClockOffsets{}).monotonic_ns);
}

std::uint64_t boottime_ns() {
    return read_clock(CLOCK_BOOTTIME, clock_offsets().value_or(ClockOffsets{}).boottime_ns);
}

} // namespace unfreed
