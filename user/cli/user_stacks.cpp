// SPDX-License-Identifier: BSD-2-Clause
#include "cli/user_stacks.h"

#include "base/clock.h"

#include <fmt/format.h>

namespace unfreed::cli {
namespace {

// Processes kept; some 10 KiB each.
constexpr std::size_t kMostProcesses = 2048;
// A library that was loaded since is looked for at most so often.
constexpr std::uint64_t kReadAgainNs = 1'000'000'000;
// But so often at once.
constexpr unsigned kMostEarlyReads = 16;

bool all_mapped(const ProcessMaps& maps, const std::vector<std::uint64_t>& stack) {
    for (std::uint64_t address : stack)
        if (maps.find(address) == nullptr)
            return false;
    return true;
}

} // namespace

void UserStacks::read(std::uint32_t tgid, std::uint64_t now_ns) {
    auto maps = ProcessMaps::read(tgid);
    // A process that is on its way out has nothing mapped any more: the former copy is better.
    if (!maps || maps->mappings().empty())
        return;
    if (processes_.size() >= kMostProcesses && !processes_.contains(tgid))
        forget_ended();
    Known& process = processes_[tgid];
    process.maps = std::move(*maps);
    process.read_ns = now_ns;
    process.ended = false;
}

void UserStacks::forget_ended() {
    std::erase_if(processes_, [](const auto& entry) { return entry.second.ended; });
    if (processes_.size() >= kMostProcesses)
        processes_.clear(); // host-wide and many: the living are read again when heard of
}

void UserStacks::observe(const Event& event) {
    if (const auto* process = std::get_if<ProcessEvent>(&event)) {
        auto known = processes_.find(process->tgid);
        if (process->kind == ProcessEvent::Kind::exit) {
            if (known != processes_.end())
                known->second.ended = true;
        } else if (process->kind == ProcessEvent::Kind::exec) {
            read(process->tgid, monotonic_ns());
        }
        return;
    }
    const auto* origin = std::get_if<OriginEvent>(&event);
    if (origin == nullptr || origin->user_stack.empty())
        return;
    const std::uint64_t now = monotonic_ns();
    auto known = processes_.find(origin->tgid);
    if (known != processes_.end()) {
        Known& process = known->second;
        if (process.ended || all_mapped(process.maps, origin->user_stack))
            return;
        // After an exec the libraries are not there yet: what is called first may be told once.
        if (now - process.read_ns < kReadAgainNs && process.read_early++ >= kMostEarlyReads)
            return;
    }
    read(origin->tgid, now);
}

std::vector<Frame> UserStacks::symbolize(std::uint32_t tgid, std::span<const std::uint64_t> stack) {
    auto known = processes_.find(tgid);
    static const ProcessMaps kNone;
    std::vector<Frame> frames =
        symbolizer_.symbolize(stack, known != processes_.end() ? known->second.maps : kNone);
    // A walk by frame pointers ends in what was no frame: the start-up code of libc, say.
    while (frames.size() > 1 && frames.back().module.empty())
        frames.pop_back();
    return frames;
}

std::string UserStacks::key(std::uint32_t tgid, std::span<const std::uint64_t> stack) const {
    auto known = processes_.find(tgid);
    const auto mapping_of = [&](std::uint64_t address) {
        return known != processes_.end() ? known->second.maps.find(address) : nullptr;
    };
    // What a walk by frame pointers took for frames differs from one to the next.
    while (stack.size() > 1 && mapping_of(stack.back()) == nullptr)
        stack = stack.first(stack.size() - 1);
    std::string key;
    for (std::uint64_t address : stack) {
        const Mapping* mapping = mapping_of(address);
        if (mapping != nullptr && mapping->inode != 0)
            key += fmt::format("{}+{:x} ", mapping->path,
                               address - mapping->start + mapping->file_offset);
        else
            key += fmt::format("{:x} ", address);
    }
    return key;
}

} // namespace unfreed::cli
