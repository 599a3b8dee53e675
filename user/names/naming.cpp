// SPDX-License-Identifier: BSD-2-Clause
#include "names/naming.h"

#include "model/counter.h"
#include "names/place_messages.h"
#include "names/wanted_origins.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <tuple>

namespace unfreed::names {
namespace {

// Copied stacks kept; beyond that the oldest are unwound before anybody asks.
constexpr std::size_t kMostCopiedBytes = 64 * 1024 * 1024;
// Code that is loaded later lies near the libraries that were there from the start: on x86-64 and
// arm64 the kernel maps downwards from below the stack. What is far away is data.
constexpr std::uint64_t kNearLibraries = std::uint64_t{1} << 32;
// Processes may end while many events are read: the namer does not wait for the last of them.
constexpr std::size_t kToldAtOnce = 16;
constexpr std::size_t kMostHeardOf = 65536;
constexpr unsigned kMostUnseenLost = 3;

// Words of a copied stack that may point to code. What is aligned is data more often, such as a
// heap that grows.
std::vector<std::uint64_t> code_words(const UserStackCopy& copy) {
    std::vector<std::uint64_t> words(copy.bytes.size() / sizeof(std::uint64_t));
    if (!words.empty())
        std::memcpy(words.data(), copy.bytes.data(), words.size() * sizeof(std::uint64_t));
    const std::uint64_t code = copy.registers.empty() ? 0 : copy.registers.back();
    std::erase_if(words, [&](std::uint64_t word) {
        return word % 8 == 0 || word - code + kNearLibraries > 2 * kNearLibraries;
    });
    return words;
}

} // namespace

void Naming::observe(const Event& event) {
    if (const auto* process = std::get_if<ProcessEvent>(&event))
        on(*process);
    else if (const auto* origin = std::get_if<OriginEvent>(&event))
        on(*origin);
    else if (const auto* copy = std::get_if<UserStackCopy>(&event))
        on(*copy);
}

Naming::Heard& Naming::hear_of(const Program& program) {
    if (heard_of_.size() >= kMostHeardOf) {
        heard_of_.clear();
        heard_of_more_ = true;
    }
    Heard& heard = heard_of_[program.tgid];
    // Another process of this number, or another program of this process, is told of anew.
    if (heard.latest < program.id)
        heard = {program.id, false};
    return heard;
}

void Naming::tell(Kind kind, const Program& program, std::vector<std::uint64_t> addresses,
                  std::uint64_t time_ns) {
    const bool is_new = kind == Kind::seen && !std::exchange(hear_of(program).is_told, true);
    if (is_new || kind == Kind::exec)
        supervisor_.hurry(program.tgid);
    supervisor_.tell(encode(kind, ProcessNote{program, time_ns, std::move(addresses)}));
    if (++told_ >= kToldAtOnce || kind == Kind::exec || is_new)
        flush();
}

void Naming::flush() {
    told_ = 0;
    supervisor_.flush();
}

void Naming::on(const ProcessEvent& event) {
    const Program program{event.tgid, event.program};
    if (event.kind == ProcessEvent::Kind::exec) {
        hear_of(program);
        // Host-wide those of all processes are told, most of which make nothing that survives.
        tell(only_targets_ ? Kind::exec : Kind::exec_if_known, program, {}, event.time_ns);
    } else if (event.kind == ProcessEvent::Kind::exit) {
        heard_of_.erase(event.tgid);
        tell(Kind::exit, program, {});
    }
}

void Naming::on(const OriginEvent& event) {
    forget(event.id); // it may have been another origin's before
    if (event.user_stack.empty())
        return;
    origins_[event.id] = event.program;
    tell(Kind::seen, {event.tgid, event.program}, event.user_stack);
}

void Naming::on(const UserStackCopy& copy) {
    tell(Kind::seen, program_of(copy), code_words(copy));
    drop_copy(copy.origin);
    copied_bytes_ += copy.bytes.size();
    copied_order_.push_back(copy.origin);
    copies_.emplace(copy.origin, copy);
    keep_within_budget();
}

Program Naming::program_of(const UserStackCopy& copy) const {
    const auto origin = origins_.find(copy.origin);
    return {copy.tgid, origin != origins_.end() ? origin->second : ProgramId{}};
}

void Naming::drop_copy(OriginId origin) {
    if (const auto copy = copies_.find(origin); copy != copies_.end()) {
        copied_bytes_ -= copy->second.bytes.size();
        copies_.erase(copy);
    }
}

void Naming::forget(OriginId origin) {
    drop_copy(origin);
    unwound_.erase(origin);
    early_.erase(origin);
    origins_.erase(origin);
}

void Naming::keep_within_budget() {
    while (copied_bytes_ > kMostCopiedBytes && !copied_order_.empty()) {
        const OriginId origin = copied_order_.front();
        copied_order_.pop_front();
        const auto copy = copies_.find(origin);
        if (copy == copies_.end())
            continue;
        const Program program = program_of(copy->second);
        StackQuestion question{program, is_over(program), {}, std::move(copy->second), {}};
        copied_bytes_ -= question.copy->bytes.size();
        copies_.erase(copy);
        const std::uint64_t number = ++early_asked_;
        early_[origin] = number;
        supervisor_.ask_early(encode(question), [=, this](std::optional<std::string_view> message) {
            // Its number may be another origin's by now.
            const auto asked = early_.find(origin);
            if (asked == early_.end() || asked->second != number)
                return;
            early_.erase(asked);
            if (auto answer = message ? decode_answer(*message) : std::nullopt)
                unwound_[origin] = {std::move(answer->unwound), answer->whole};
        });
    }
    // Most of these have been unwound or forgotten since.
    if (copied_order_.size() > 2 * copies_.size() + 1024)
        std::erase_if(copied_order_, [this](OriginId id) { return !copies_.contains(id); });
}

bool Naming::is_over(const Program& program) const {
    const auto latest = heard_of_.find(program.tgid);
    if (latest == heard_of_.end()) // ended, or forgotten: then nobody knows what it runs now
        return heard_of_more_;
    return program.id.start_ns != 0 && program.id < latest->second.latest;
}

StackQuestion Naming::question_of(const OriginEvent& origin) const {
    const Program program{origin.tgid, origin.program};
    StackQuestion question{program, is_over(program), origin.user_stack, std::nullopt, {}};
    if (const auto done = unwound_.find(origin.id); done != unwound_.end())
        question.unwound = done->second.addresses;
    else if (const auto copy = copies_.find(origin.id); copy != copies_.end())
        question.copy = copy->second;
    return question;
}

bool Naming::take(OriginEvent& origin, std::string_view message) {
    std::optional<StackAnswer> answer = decode_answer(message);
    if (!answer || answer->walked > origin.user_stack.size())
        return false;
    refusals_ = answer->refusals;
    if (answer->is_known)
        known_.insert({origin.tgid, origin.program});
    else if (!origin.user_stack.empty() && origin.time_ns < supervisor_.lost_ns())
        ++forgotten_;
    keys_[{{origin.tgid, origin.program}, origin.user_stack}] = std::move(answer->key);
    auto unwound = unwound_.find(origin.id);
    if (copies_.contains(origin.id)) {
        drop_copy(origin.id);
        unwound =
            unwound_.insert_or_assign(origin.id, Unwound{std::move(answer->unwound), answer->whole})
                .first;
    }
    if (unwound == unwound_.end() || unwound->second.addresses.size() < 2)
        return true;
    const Unwound& stack = unwound->second;
    keys_[{{origin.tgid, origin.program}, stack.addresses}] = std::move(answer->unwound_key);
    // What frame pointers led to counts as far as it is code.
    if (!stack.whole && stack.addresses.size() <= answer->walked)
        return true;
    origin.walked_user_stack = std::exchange(origin.user_stack, stack.addresses);
    origin.user_stack_unwound = true;
    return true;
}

void Naming::unwind(Snapshot& snapshot) {
    supervisor_.begin_report();
    keys_.clear();
    known_.clear();
    forgotten_ = 0;
    refusals_ = {};
    const WantedOrigins wanted = wanted_origins(snapshot);
    supervisor_.ask(
        wanted.all.size(), [&](std::size_t i) { return encode(question_of(*wanted.all[i])); },
        [&](std::size_t i, std::string_view message) { return take(*wanted.all[i], message); });
    share(wanted.of_objects);
}

// Of one call path some origins have a copy, and others have none: births before it was asked for.
// Where only one stack is known for all that looks the same by frame pointers, it is that of them
// all.
void Naming::share(std::span<OriginEvent* const> origins) {
    using Look = std::tuple<Program, std::uint64_t, std::uint64_t, std::string>;
    std::map<Look, std::set<std::vector<std::uint64_t>>> stacks;
    const auto look_of = [&](const OriginEvent& origin, std::span<const std::uint64_t> walked) {
        const Program program{origin.tgid, origin.program};
        return Look(program, origin.call_site, origin.cache_address, key(program, walked));
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

std::vector<Frame> Naming::symbolize(const Program& program, std::span<const std::uint64_t> stack) {
    std::vector<Frame> frames;
    const NameQuestion question{program, is_over(program), {stack.begin(), stack.end()}};
    supervisor_.ask(
        1, [&](std::size_t) { return encode(question); },
        [&](std::size_t, std::string_view message) {
            std::optional<NameAnswer> answer = decode_name_answer(message);
            if (!answer || answer->frames.size() > stack.size())
                return false;
            refusals_ = answer->refusals;
            // It was, to one that has been lost since.
            forgotten_ += !answer->is_known && known_.contains(program) ? 1 : 0;
            frames = std::move(answer->frames);
            return true;
        });
    // What is not answered are addresses.
    for (std::size_t i = 0; frames.empty() && i < stack.size(); ++i)
        frames.emplace_back().address = stack[i];
    return frames;
}

std::optional<Mounts> Naming::mounts(std::uint32_t pid) {
    std::optional<Mounts> mounts;
    supervisor_.ask(
        1, [&](std::size_t) { return encode_mounts_question(pid); },
        [&](std::size_t, std::string_view message) {
            auto answer = decode_mounts(message);
            if (answer)
                mounts = std::move(answer->mounts);
            return answer.has_value();
        });
    return mounts;
}

UnseenUsers Naming::unseen_users() {
    UnseenUsers users({}, {}, true);
    // A layer may lie where nobody answers; it will lie there the next time, too.
    if (unseen_lost_ >= kMostUnseenLost)
        return users;
    const unsigned before = supervisor_.losses();
    supervisor_.ask(
        1, [&](std::size_t) { return encode_unseen_question(); },
        [&](std::size_t, std::string_view message) {
            auto answer = decode_unseen_users(message);
            if (answer)
                users = std::move(*answer);
            return answer.has_value();
        });
    unseen_lost_ += supervisor_.losses() - before;
    return users;
}

std::string Naming::key(const Program& program, std::span<const std::uint64_t> stack) const {
    const auto known = keys_.find(StackKey(program, {stack.begin(), stack.end()}));
    if (known != keys_.end())
        return known->second;
    std::string key;
    for (std::uint64_t address : stack)
        key += fmt::format("{:x} ", address);
    return key;
}

void Naming::count_losses(Counters& counters) const {
    const Unanswered& unanswered = supervisor_.unanswered();
    counters.set(Counter::NAMES_SLOW, unanswered.slow);
    counters.set(Counter::NAMES_LOST, unanswered.lost + forgotten_ + refusals_.avoided);
    counters.set(Counter::NAMES_NO_PROCESS, unanswered.no_process);
    counters.set(Counter::FILES_NOT_LOCAL, refusals_.not_local);
    counters.set(Counter::MAPPINGS_CUT, refusals_.too_large);
}

} // namespace unfreed::names
