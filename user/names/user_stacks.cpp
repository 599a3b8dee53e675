// SPDX-License-Identifier: BSD-2-Clause
#include "names/user_stacks.h"

#include "base/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace unfreed::names {
namespace {

// Programs kept; some 10 KiB each.
constexpr std::size_t kMostProcesses = 2048;
// What is mapped is read again when a stack leads to where nothing was: after a library was loaded.
// Without frame pointers much looks so. No more than a hundredth of the time is spent on it, and
// this much at the start, when libraries are loaded.
constexpr std::uint64_t kReadAtOnceNs = 50'000'000;
constexpr std::uint64_t kReadShare = 100;
// A process that could not be read is taken to have ended; its number is used again much later.
constexpr std::uint64_t kFailedForNs = 10'000'000'000;
// An exec is told when the new program is mapped already, which took it less than this.
constexpr std::uint64_t kExecNs = 100'000'000;

const Mapping* mapping_of(const ProcessMaps* maps, std::uint64_t address) {
    return maps != nullptr ? maps->find(address) : nullptr;
}

// Equal for equal code, wherever it was loaded: files with offsets, else addresses.
std::string key_of(const ProcessMaps* maps, std::span<const std::uint64_t> stack) {
    // What a walk by frame pointers took for frames differs from one to the next.
    while (stack.size() > 1 && mapping_of(maps, stack.back()) == nullptr)
        stack = stack.first(stack.size() - 1);
    std::string key;
    for (std::uint64_t address : stack) {
        const Mapping* mapping = mapping_of(maps, address);
        if (mapping != nullptr && mapping->inode != 0)
            key += fmt::format("{}+{:x} ", mapping->path,
                               address - mapping->start + mapping->file_offset);
        else
            key += fmt::format("{:x} ", address);
    }
    return key;
}

// Another process may have the number by now.
bool is_of(const ProcessMaps& maps, const Program& program) {
    return program.id.start_ns == 0 || maps.reading().started == 0 ||
           maps.reading().started == start_in_ticks(program.id.start_ns);
}

} // namespace

void UserStacks::on_exec(const Program& program, std::uint64_t time_ns, bool only_if_known) {
    const auto first = programs_.lower_bound(Program{program.tgid, {}});
    const auto last = programs_.lower_bound(program);
    if (only_if_known && first == last && !programs_.contains(program))
        return;
    unwinder_.forget();
    for (auto former = first; former != last;) {
        former->second.ended = true;
        // Events are heard of late: what was read then was this program's already, or may have
        // been. Better no names than those of another program.
        if (former->second.read_ns + kExecNs >= time_ns)
            former = programs_.erase(former);
        else
            ++former;
    }
    read(program);
}

void UserStacks::on_exit(const Program& program) {
    if (const auto known = programs_.find(exact(program)); known != programs_.end())
        known->second.ended = true;
}

// What is known only by its number is the latest program that had it.
Program UserStacks::exact(const Program& program) const {
    if (program.id.start_ns != 0)
        return program;
    const auto after = programs_.upper_bound(Program{program.tgid, {UINT64_MAX, UINT32_MAX}});
    if (after == programs_.begin() || std::prev(after)->first.tgid != program.tgid)
        return program;
    return std::prev(after)->first;
}

bool UserStacks::is_over(const Program& program) const {
    const auto later = programs_.upper_bound(program);
    return later != programs_.end() && later->first.tgid == program.tgid;
}

bool UserStacks::may_read(std::uint64_t now_ns) {
    if (first_read_ns_ == 0)
        first_read_ns_ = now_ns;
    return reading_ns_ <= kReadAtOnceNs + (now_ns - first_read_ns_) / kReadShare;
}

void UserStacks::on_seen(const Program& program, std::span<const std::uint64_t> addresses) {
    const auto known = programs_.find(exact(program));
    if (known == programs_.end()) {
        // In a storm of short-lived processes each is heard of many times after its end.
        const auto failed = failed_.find(program);
        if (!is_over(program) &&
            (failed == failed_.end() || monotonic_ns() - failed->second > kFailedForNs))
            read(program);
        return;
    }
    const Known& process = known->second;
    const auto is_mapped = [&](std::uint64_t address) {
        return process.maps.find(address) != nullptr;
    };
    if (!process.ended && !is_over(known->first) &&
        !std::all_of(addresses.begin(), addresses.end(), is_mapped) && may_read(monotonic_ns()))
        read(known->first);
}

void UserStacks::read(const Program& program) {
    const std::uint64_t begun_ns = monotonic_ns();
    auto maps = files_->maps(program.tgid);
    // A process that is on its way out has nothing mapped any more: the former copy is better.
    if (!maps || maps->mappings().empty() || !is_of(*maps, program)) {
        if (failed_.size() >= kMostProcesses)
            failed_.clear();
        failed_[program] = begun_ns;
        return;
    }
    if (programs_.size() >= kMostProcesses && !programs_.contains(program))
        forget_ended();
    Known& process = programs_[program];
    if (!process.ended && maps->reading().started == process.maps.reading().started)
        maps->keep_files_of(process.maps);
    unwinder_.forget();
    process.maps = std::move(*maps);
    process.read_ns = monotonic_ns();
    process.ended = false;
    reading_ns_ += process.read_ns - begun_ns;
}

void UserStacks::forget_ended() {
    unwinder_.forget();
    std::erase_if(programs_, [](const auto& entry) { return entry.second.ended; });
    if (programs_.size() >= kMostProcesses)
        programs_.clear(); // host-wide and many: the living are read again when heard of
}

const ProcessMaps* UserStacks::maps_of(const Program& program) const {
    const auto known = programs_.find(exact(program));
    return known != programs_.end() ? &known->second.maps : nullptr;
}

// Known already, unless this namer was started after the process.
const ProcessMaps* UserStacks::find(const Program& program, bool is_over,
                                    std::span<const std::uint64_t> addresses) {
    if (!is_over && maps_of(program) == nullptr)
        on_seen(program, addresses);
    return maps_of(program);
}

StackAnswer UserStacks::resolve(const StackQuestion& question) {
    const ProcessMaps* maps = find(question.program, question.is_over, question.stack);
    StackAnswer answer;
    answer.is_known = maps != nullptr;
    const auto end =
        std::find_if_not(question.stack.begin(), question.stack.end(), [&](std::uint64_t address) {
            return mapping_of(maps, address) != nullptr;
        });
    answer.walked = static_cast<std::uint32_t>(end - question.stack.begin());
    answer.key = key_of(maps, question.stack);
    answer.unwound_key = key_of(maps, question.unwound);
    if (!question.copy || question.copy->registers.empty() || maps == nullptr)
        return answer;
    UserUnwinder::Stack stack = unwinder_.unwind(*question.copy, *maps);
    answer.unwound_key = key_of(maps, stack.addresses);
    answer.unwound = std::move(stack.addresses);
    answer.whole = stack.whole;
    return answer;
}

NameAnswer UserStacks::symbolize(const NameQuestion& question) {
    static const ProcessMaps kNone;
    unwinder_.forget(); // stacks are unwound before they are named: its files are not needed now
    const ProcessMaps* maps = find(question.program, question.is_over, question.stack);
    NameAnswer answer;
    answer.is_known = maps != nullptr;
    std::vector<Frame>& frames = answer.frames;
    frames = symbolizer_.symbolize(question.stack, maps != nullptr ? *maps : kNone);
    // A walk by frame pointers ends in what was no frame: the start-up code of libc, say.
    while (frames.size() > 1 && frames.back().module.empty())
        frames.pop_back();
    return answer;
}

} // namespace unfreed::names
