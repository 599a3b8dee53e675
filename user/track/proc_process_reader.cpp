// SPDX-License-Identifier: BSD-2-Clause
#include "track/proc_process_reader.h"

#include "base/clock.h"
#include "base/read_file.h"

#include <fmt/core.h>
#include <limits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

namespace unfreed {
namespace {

constexpr std::string_view kDeleted = " (deleted)";

// Takes the text up to the separator off the front; all of it when there is no separator.
std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

// do_task_stat(): nsec_to_clock_t(timens_add_boottime_ns(start_boottime)), USER_HZ.
std::uint64_t tick_ns() {
    static const auto hz = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    return 1'000'000'000 / hz;
}

std::uint64_t boottime_offset_ns() {
    return static_cast<std::uint64_t>(clock_offsets().value_or(ClockOffsets{}).boottime_ns);
}

} // namespace

std::string ProcProcessReader::path(std::uint32_t tgid, const char* file) const {
    return fmt::format("{}/{}/{}", root_, tgid, file);
}

Result<std::string> ProcProcessReader::comm(std::uint32_t tgid) {
    auto text = read_file(path(tgid, "comm"));
    if (text && text->ends_with('\n'))
        text->pop_back();
    return text;
}

Result<std::string> ProcProcessReader::exe(std::uint32_t tgid) {
    std::array<char, PATH_MAX> target;
    const std::string link = path(tgid, "exe");
    const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
    if (length < 0) {
        const int error = errno;
        // A kernel thread has the link, but it leads nowhere; so has a zombie.
        if (error == ENOENT && alive_since(tgid))
            return std::string();
        const Errc code = error == ENOENT   ? Errc::not_found
                          : error == EACCES ? Errc::permission
                                            : Errc::io;
        return fail_errno(code, error, "cannot read " + link);
    }
    std::string_view text(target.data(), static_cast<std::size_t>(length));
    if (text.ends_with(kDeleted))
        text.remove_suffix(kDeleted.size());
    return std::string(text);
}

Result<std::string> ProcProcessReader::cgroup(std::uint32_t tgid) {
    auto text = read_file(path(tgid, "cgroup"));
    if (!text)
        return fail(std::move(text.error()));
    // Lines are "id:controllers:path"; the unified hierarchy is "0::path".
    std::string_view rest = *text;
    std::string systemd;
    while (!rest.empty()) {
        std::string_view line = take_until(rest, '\n');
        const std::string_view id = take_until(line, ':');
        const std::string_view controllers = take_until(line, ':');
        if (id == "0" && controllers.empty() && line != "/")
            return std::string(line);
        if (controllers == "name=systemd")
            systemd = line;
        else if (systemd.empty() && controllers.empty())
            systemd = line;
    }
    return systemd;
}

Result<std::vector<std::string>> ProcProcessReader::cmdline(std::uint32_t tgid) {
    auto text = read_file(path(tgid, "cmdline"));
    if (!text)
        return fail(std::move(text.error()));
    std::vector<std::string> arguments;
    std::string_view rest = *text;
    while (!rest.empty())
        arguments.emplace_back(take_until(rest, '\0'));
    return arguments;
}

std::optional<std::uint64_t> ProcProcessReader::alive_since(std::uint32_t tgid) {
    const auto text = read_file(path(tgid, "stat"));
    if (!text)
        return std::nullopt;
    // "pid (comm) state ...": comm may hold spaces and parentheses, so start after the last one.
    std::string_view rest = *text;
    const std::size_t comm_end = rest.rfind(')');
    if (comm_end == std::string_view::npos || comm_end + 2 >= rest.size())
        return std::nullopt;
    rest.remove_prefix(comm_end + 2);
    const std::string_view state = take_until(rest, ' ');
    if (state == "Z" || state == "X" || state == "x")
        return std::nullopt;
    constexpr int kFieldsToStart = 18; // from field 4 (ppid) to field 22 (starttime)
    for (int i = 0; i < kFieldsToStart; ++i)
        take_until(rest, ' ');
    const std::string_view field = take_until(rest, ' ');
    std::uint64_t start = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), start);
    if (error != std::errc{} || end == field.data())
        return std::nullopt;
    return start;
}

std::uint64_t ProcProcessReader::since_of(std::uint64_t start_ns) const {
    return start_in_ticks(start_ns);
}

std::uint64_t ProcProcessReader::start_of(std::uint64_t since) const {
    return since * tick_ns() - boottime_offset_ns();
}

std::uint64_t ProcProcessReader::monotonic_of(std::uint64_t start_ns) const {
    const std::uint64_t suspended_ns = boottime_ns() - monotonic_ns();
    return start_ns > suspended_ns ? start_ns - suspended_ns : 0;
}

std::uint64_t ProcProcessReader::now_ns() const {
    return monotonic_ns();
}

std::optional<std::uint64_t> ProcProcessReader::alive_at(std::uint32_t tgid,
                                                         std::uint64_t time_ns) {
    const auto since = alive_since(tgid);
    // A start is told rounded down to a tick.
    if (!since || monotonic_of(start_of(*since)) + tick_ns() > time_ns)
        return std::nullopt;
    return since;
}

std::string ProcProcessReader::comm_at(std::uint32_t tgid, std::uint64_t time_ns) {
    const auto since = alive_at(tgid, time_ns);
    auto name = since ? comm(tgid).value_or("") : std::string();
    return since && alive_since(tgid) == since ? name : std::string();
}

ProcessInfo ProcProcessReader::names_at(std::uint32_t tgid, std::uint64_t time_ns) {
    const auto since = alive_at(tgid, time_ns);
    if (!since)
        return {};
    ProcessInfo info;
    info.comm = comm(tgid).value_or("");
    info.exe = exe(tgid).value_or("");
    info.cgroup = cgroup(tgid).value_or("");
    return alive_since(tgid) == since ? info : ProcessInfo{};
}

} // namespace unfreed
