// SPDX-License-Identifier: BSD-2-Clause
#include "cli/user_stacks.h"

#include "base/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace unfreed::cli {
namespace {

// Processes kept; some 10 KiB each.
constexpr std::size_t kMostProcesses = 2048;
// What is mapped is read again when a stack leads to where nothing was: after a library was loaded.
// Without frame pointers much looks so. No more than a hundredth of the time is spent on it, and
// this much at the start, when libraries are loaded.
constexpr std::uint64_t kReadAtOnceNs = 50'000'000;
constexpr std::uint64_t kReadShare = 100;
// A process that could not be read is taken to have ended; its number is used again much later.
constexpr std::uint64_t kFailedForNs = 10'000'000'000;
// Copied stacks kept; beyond that the oldest are unwound before anybody asks.
constexpr std::size_t kMostCopiedBytes = 64 * 1024 * 1024;
// Code that is loaded later lies near the libraries that were there from the start: on x86-64 and
// arm64 the kernel maps downwards from below the stack. What is far away is data.
constexpr std::uint64_t kNearLibraries = std::uint64_t{1} << 32;

} // namespace

void UserStacks::observe(const Event& event) {
    if (const auto* process = std::get_if<ProcessEvent>(&event))
        on(*process);
    else if (const auto* origin = std::get_if<OriginEvent>(&event))
        on(*origin);
    else if (const auto* copy = std::get_if<UserStackCopy>(&event))
        on(*copy);
}

void UserStacks::on(const ProcessEvent& event) {
    if (event.kind == ProcessEvent::Kind::exec) {
        // Host-wide those of all processes are told, most of which make nothing that survives.
        if (only_targets_ || processes_.contains(event.tgid))
            read(event.tgid, false);
        return;
    }
    if (event.kind != ProcessEvent::Kind::exit)
        return;
    if (const auto known = processes_.find(event.tgid); known != processes_.end())
        known->second.ended = true;
}

void UserStacks::forget(OriginId origin) {
    if (const auto copy = copies_.find(origin); copy != copies_.end()) {
        copied_bytes_ -= copy->second.bytes.size();
        copies_.erase(copy);
    }
    unwound_.erase(origin);
}

void UserStacks::on(const OriginEvent& event) {
    forget(event.id); // it may have been another origin's before
    if (!event.user_stack.empty())
        read_if_unknown(event.tgid, event.user_stack);
}

void UserStacks::on(const UserStackCopy& copy) {
    std::vector<std::uint64_t> words(copy.bytes.size() / sizeof(std::uint64_t));
    std::memcpy(words.data(), copy.bytes.data(), words.size() * sizeof(std::uint64_t));
    const auto known = processes_.find(copy.tgid);
    if (known != processes_.end()) {
        const std::uint64_t code = copy.registers.back();
        // What is aligned is data more often than code, such as a heap that grows.
        std::erase_if(words, [&](std::uint64_t word) {
            return word % 8 == 0 || word - code + kNearLibraries > 2 * kNearLibraries;
        });
    }
    read_if_unknown(copy.tgid, words);
    const auto [entry, is_new] = copies_.insert_or_assign(copy.origin, copy);
    if (!is_new)
        return;
    copied_order_.push_back(copy.origin);
    copied_bytes_ += copy.bytes.size();
    keep_within_budget();
}

void UserStacks::keep_within_budget() {
    while (copied_bytes_ > kMostCopiedBytes && !copied_order_.empty()) {
        unwound(copied_order_.front());
        copied_order_.pop_front();
    }
}

bool UserStacks::may_read(std::uint64_t now_ns) {
    if (first_read_ns_ == 0)
        first_read_ns_ = now_ns;
    return reading_ns_ <= kReadAtOnceNs + (now_ns - first_read_ns_) / kReadShare;
}

void UserStacks::read_if_unknown(std::uint32_t tgid, std::span<const std::uint64_t> addresses) {
    const auto known = processes_.find(tgid);
    if (known == processes_.end()) {
        // In a storm of short-lived processes each is heard of many times after its end.
        const auto failed = failed_.find(tgid);
        if (failed == failed_.end() || monotonic_ns() - failed->second > kFailedForNs)
            read(tgid, true);
        return;
    }
    const Known& process = known->second;
    const auto is_mapped = [&](std::uint64_t address) {
        return process.maps.find(address) != nullptr;
    };
    if (!process.ended && !std::all_of(addresses.begin(), addresses.end(), is_mapped) &&
        may_read(monotonic_ns()))
        read(tgid, true);
}

void UserStacks::read(std::uint32_t tgid, bool same_program) {
    const std::uint64_t begun_ns = monotonic_ns();
    auto maps = ProcessMaps::read(tgid);
    // A process that is on its way out has nothing mapped any more: the former copy is better.
    if (!maps || maps->mappings().empty()) {
        if (failed_.size() >= kMostProcesses)
            failed_.clear();
        failed_[tgid] = begun_ns;
        return;
    }
    if (processes_.size() >= kMostProcesses && !processes_.contains(tgid))
        forget_ended();
    Known& process = processes_[tgid];
    if (same_program && !process.ended)
        maps->keep_files_of(process.maps);
    unwinder_.forget();
    process.maps = std::move(*maps);
    process.ended = false;
    reading_ns_ += monotonic_ns() - begun_ns;
}

void UserStacks::forget_ended() {
    unwinder_.forget();
    std::erase_if(processes_, [](const auto& entry) { return entry.second.ended; });
    if (processes_.size() >= kMostProcesses)
        processes_.clear(); // host-wide and many: the living are read again when heard of
}

const UserUnwinder::Stack* UserStacks::unwound(OriginId origin) {
    if (const auto done = unwound_.find(origin); done != unwound_.end())
        return &done->second;
    const auto copy = copies_.find(origin);
    if (copy == copies_.end())
        return nullptr;
    UserUnwinder::Stack stack;
    if (const auto known = processes_.find(copy->second.tgid); known != processes_.end())
        stack = unwinder_.unwind(copy->second, known->second.maps);
    copied_bytes_ -= copy->second.bytes.size();
    copies_.erase(copy);
    return &unwound_.emplace(origin, std::move(stack)).first->second;
}

void UserStacks::unwind(Snapshot& snapshot) {
    const auto improve = [&](OriginEvent& origin) {
        if (origin.user_stack.empty() || origin.user_stack_unwound)
            return;
        const UserUnwinder::Stack* stack = unwound(origin.id);
        if (stack == nullptr || stack->addresses.size() < 2)
            return;
        const auto known = processes_.find(origin.tgid);
        const auto is_mapped = [&](std::uint64_t address) {
            return known != processes_.end() && known->second.maps.find(address) != nullptr;
        };
        // What frame pointers led to counts as far as it is code.
        const auto end =
            std::find_if_not(origin.user_stack.begin(), origin.user_stack.end(), is_mapped);
        const auto walked = static_cast<std::size_t>(end - origin.user_stack.begin());
        if (!stack->whole && stack->addresses.size() <= walked)
            return;
        origin.walked_user_stack = std::exchange(origin.user_stack, stack->addresses);
        origin.user_stack_unwound = true;
    };
    std::unordered_set<OriginId> wanted;
    for (const LiveObject& object : snapshot.objects)
        wanted.insert(object.slot.origin);
    for (const auto& [id, counts] : snapshot.counts)
        if (counts.exit_released != 0)
            wanted.insert(id);
    // One process after the other, as the unwinder likes it.
    std::vector<OriginEvent*> origins;
    for (OriginId id : wanted)
        if (const auto origin = snapshot.origins.find(id); origin != snapshot.origins.end())
            origins.push_back(&origin->second);
    std::sort(origins.begin(), origins.end(), [](const OriginEvent* a, const OriginEvent* b) {
        return std::pair(a->tgid, a->id) < std::pair(b->tgid, b->id);
    });
    for (OriginEvent* origin : origins)
        improve(*origin);
    for (ChargedDead& dead : snapshot.charged_dead)
        improve(dead.origin);
    unwinder_.forget();
    share(origins);
}

// Of one call path some origins have a copy, and others have none: births before it was asked for.
// Where only one stack is known for all that looks the same by frame pointers, it is that of them
// all.
void UserStacks::share(std::span<OriginEvent* const> origins) {
    using Look = std::tuple<std::uint32_t, std::uint64_t, std::uint64_t, std::string>;
    std::map<Look, std::set<std::vector<std::uint64_t>>> stacks;
    const auto look_of = [&](const OriginEvent& origin, std::span<const std::uint64_t> walked) {
        return Look(origin.tgid, origin.call_site, origin.cache_address, key(origin.tgid, walked));
    };
    for (const OriginEvent* origin : origins)
        if (origin->user_stack_unwound)
            stacks[look_of(*origin, origin->walked_user_stack)].insert(origin->user_stack);
    for (OriginEvent* origin : origins) {
        if (origin->user_stack_unwound || origin->user_stack.empty())
            continue;
        const auto known = stacks.find(look_of(*origin, origin->user_stack));
        if (known == stacks.end() || known->second.size() != 1)
            continue;
        origin->user_stack = *known->second.begin();
        origin->user_stack_unwound = true;
    }
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
