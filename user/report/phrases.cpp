// SPDX-License-Identifier: BSD-2-Clause
#include "report/phrases.h"

#include "base/utf8.h"
#include "report/humanize.h"
#include "report/site.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace unfreed {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array kFates{Pair{"cached", "kept as cache"},
                            Pair{"pinned", "still referenced"},
                            Pair{"rcu-pending", "waiting for RCU"},
                            Pair{"owner-dead", "outlived their process"},
                            Pair{"pre-attach", "from before the trace"},
                            Pair{"in-flight", "in flight"}};

constexpr std::array kMissingStages{
    Pair{"fd_installed", "never got a file descriptor"},
    Pair{"accepted", "no program accepted it"},
    Pair{"released", "the last file descriptor was never closed"},
    Pair{"shutdown", "never shut down"},
    Pair{"tcp_close", "tcp_close() never ran"},
    Pair{"destroyed", "closed, but its protocol never destroyed it"},
    Pair{"queues_killed", "its queues were never emptied"},
    Pair{"unreferenced", "something holds a reference to it"},
    Pair{"last_dput", "the last reference was never put"},
    Pair{"received", "sent to a process (SCM_RIGHTS) that never received it"},
    Pair{"memory_returned", "it died with memory still charged to it"},
    Pair{"rcu_pending", "never handed to RCU to be freed"}};

// What became of sockets.
constexpr std::array kKinds{Pair{"never-closed", "never closed"},
                            Pair{"in-flight", "sent, never received"},
                            Pair{"no-descriptor", "open, in no descriptor"},
                            Pair{"never-closed-peer-gone", "never closed, peer gone"},
                            Pair{"half-closed", "shut down, never closed"},
                            Pair{"never-accepted", "never accepted"},
                            Pair{"closed-still-alive", "closed, still alive"},
                            Pair{"closed-unexplained", "closed, still referenced"},
                            Pair{"memory-not-returned", "freed, but not all memory"},
                            Pair{"path-deleted", "open, path deleted"},
                            Pair{"abstract-name", "open, abstract name"},
                            Pair{"listener", "listening"},
                            Pair{"not-accepting", "listening, not accepting"},
                            Pair{"buffer-hog", "open, full queues"},
                            Pair{"kernel-socket", "used by the kernel"}};

template <std::size_t size>
std::string_view look_up(const std::array<Pair, size>& pairs, std::string_view key) {
    const auto found = std::find_if(pairs.begin(), pairs.end(),
                                    [key](const Pair& pair) { return pair.first == key; });
    return found == pairs.end() ? std::string_view() : found->second;
}

// Frees by anything else than the exit of the process. Exit frees are in deaths only where count is
// that of the beginning exit, which shows in the sum.
std::uint64_t freed_before_exit(const Group& group) {
    const bool counts_exit = group.deaths + group.count > group.births;
    return group.deaths - (counts_exit ? std::min(group.deaths, group.released_at_exit) : 0);
}

// Who makes them says what they are, where no facts were read; a slab cache is that of whatever it
// is merged with.
constexpr std::array kSocketMakers{
    Pair{"unix_create1", "UNIX"},         Pair{"__netlink_create", "NETLINK"},
    Pair{"packet_create", "PACKET"},      Pair{"alg_create", "ALG"},
    Pair{"__vsock_create", "VSOCK"},      Pair{"tipc_sk_create", "TIPC"},
    Pair{"smc_sock_alloc", "SMC"},        Pair{"pfkey_create", "PFKEY"},
    Pair{"mptcp_sk_clone_init", "MPTCP"}, Pair{"xsk_create", "XDP"},
    Pair{"tun_chr_open", "TUN"},          Pair{"tap_open", "TAP"}};

// Caches of their own, which the kernel never merges (SLAB_TYPESAFE_BY_RCU).
constexpr std::array kSocketCaches{"TCP", "TCPv6", "UDP", "UDPv6", "MPTCP", "MPTCPv6"};

// "TCP ", with the blank; empty: not known.
std::string socket_phrase(const Group& group) {
    if (!group.socket.empty())
        return escape_for_terminal(group.socket) + " ";
    for (const Frame& frame : group.kernel_stack)
        if (const std::string_view name = look_up(kSocketMakers, frame.function); !name.empty())
            return std::string(name) + " ";
    if (std::find(kSocketCaches.begin(), kSocketCaches.end(), group.cache) != kSocketCaches.end())
        return group.cache + " ";
    return {};
}

std::string cache_phrase(const Group& group) {
    constexpr std::size_t kNamed = 2;
    const std::vector<std::string>& merged = group.merged_caches;
    if (merged.size() == 1)
        return escape_for_terminal(merged.front());
    if (merged.empty())
        return group.cache.empty() ? "slab" : escape_for_terminal(group.cache);
    std::string phrase = "one of";
    for (std::size_t i = 0; i < std::min(merged.size(), kNamed); ++i)
        phrase += (i == 0 ? " " : ", ") + escape_for_terminal(merged[i]);
    return phrase + (merged.size() > kNamed ? ", ..." : "");
}

// "negative .<N>_x.db": where they are stands below, with the rest of the row.
std::string dentry_phrase(const Group& group) {
    const std::string what = group.kind.starts_with("negative") ? "negative" : "dentry";
    const std::string& name = group.pattern.empty() ? group.directory : group.pattern;
    return name.empty() ? what : what + " " + escape_for_terminal(name);
}

} // namespace

std::string count_phrase(const Group& group) {
    std::string phrase = (group.estimated ? "≈ " : "") + human_count(group.count);
    if (group.interval)
        phrase += fmt::format(" ({}–{})", human_count(group.interval->low),
                              human_count(group.interval->high));
    return phrase;
}

std::string sample_phrase(const SampleReport& sample) {
    std::string phrase =
        fmt::format("Sampled: one object in {} is followed", human_count(sample.one_in));
    if (!sample.thinned_after_ns)
        phrase += ", as asked (--sample)";
    else
        phrase += fmt::format(", and so many since the object table was too full after {} "
                              "(--max-objects)",
                              human_duration(*sample.thinned_after_ns));
    return phrase +
           fmt::format(". Numbers with ≈ are estimates, in parentheses where the truth is "
                       "with 95 % certainty; a leak of fewer than {} objects may be missed.",
                       human_count(sample.smallest_sure_group));
}

std::string objects_phrase(const Group& group) {
    const bool one = group.count == 1;
    if (!group.thing.singular.empty())
        return fmt::format("{} {}", count_phrase(group),
                           escape_for_terminal(one ? group.thing.singular : group.thing.plural));
    const ClassCard& card = card_of(group.object_class);
    const std::string_view what = one ? card.singular : card.plural;
    const std::string count = count_phrase(group);
    switch (group.object_class) {
    case ObjectClass::socket:
        return fmt::format("{} {}{}", count, socket_phrase(group), what);
    case ObjectClass::dentry:
        return fmt::format("{} {}{}", count, group.kind.starts_with("negative") ? "negative " : "",
                           what);
    case ObjectClass::slab:
        return fmt::format("{} {} {}", count, cache_phrase(group), one ? "object" : "objects");
    default:
        return fmt::format("{} {}", count, what);
    }
}

std::string what_phrase(const Group& group) {
    if (!group.thing.singular.empty())
        return escape_for_terminal(group.thing.singular);
    switch (group.object_class) {
    case ObjectClass::socket:
        // Narrow: the kind says already that it is a socket.
        if (!group.kind.empty() && group.kind != "never-closed")
            return socket_phrase(group) + escape_for_terminal(group.kind);
        return socket_phrase(group) + "socket";
    case ObjectClass::dentry:
        return dentry_phrase(group);
    case ObjectClass::slab:
        return cache_phrase(group);
    default:
        return std::string(card_of(group.object_class).label);
    }
}

std::string fate_phrase(const Group& group) {
    if (const std::string_view fate = look_up(kFates, to_string(group.verdict)); !fate.empty())
        return std::string(fate);
    if (group.count != 0 && group.released_at_exit >= group.count)
        return "freed only by the exit";
    if (const std::string_view kind = look_up(kKinds, group.kind); !kind.empty())
        return std::string(kind);
    // Where others of the same origin are freed, these may only be late.
    const bool others_freed = freed_before_exit(group) != 0;
    return group.verdict == Verdict::live && others_freed ? "not freed" : "never freed";
}

std::string_view kind_phrase(std::string_view kind) {
    return look_up(kKinds, kind);
}

bool is_telling_kind(std::string_view kind) {
    constexpr std::array kUsual{"never-closed", "listener", "kernel-socket", "abstract-name"};
    return !kind_phrase(kind).empty() &&
           std::find(kUsual.begin(), kUsual.end(), kind) == kUsual.end();
}

std::string verdict_word(const Group& group) {
    if (group.attention != Attention::look || group.verdict != Verdict::live)
        return std::string(to_string(group.verdict));
    return group.released_at_exit != 0 && group.released_at_exit == group.count ? "at exit"
                                                                                : "look";
}

std::optional<std::uint64_t> bytes_of_all(const Group& group) {
    if (group.thing.singular.empty() || !group.bytes)
        return group.bytes;
    std::uint64_t all = *group.bytes;
    for (const Companion& part : group.companions)
        all += part.bytes.value_or(0);
    return all;
}

std::optional<double> bytes_per_hour(const Group& group) {
    std::optional<double> bytes = group.facts.bytes_per_hour;
    // Where nothing was judged there is still a growth.
    if (!bytes && group.growth_per_s && group.bytes && group.count != 0)
        bytes = *group.growth_per_s * 3600 * static_cast<double>(*group.bytes) /
                static_cast<double>(group.count);
    if (!bytes || !(*bytes >= 0.5) || *bytes > 1e18)
        return std::nullopt;
    return bytes;
}

std::string per_hour_phrase(const Group& group) {
    const std::optional<double> bytes = bytes_per_hour(group);
    return bytes ? human_bytes(static_cast<std::uint64_t>(*bytes + 0.5)) : "-";
}

std::string leak_phrase(const Group& group) {
    std::string phrase = objects_phrase(group);
    const std::string by = process_phrase(group);
    if (!by.starts_with('('))
        phrase += " by " + by;
    else
        phrase += fmt::format(" made in {}", allocation_site(group.kernel_stack));
    if (!group.repeats.empty()) // how fast they come is how fast the repeats do
        return phrase + ", " + repeats_phrase(group.repeats);
    if (group.growth_per_s && *group.growth_per_s > 0)
        phrase += ", " + human_rate(group.growth_per_s);
    if (const std::string bytes = per_hour_phrase(group); bytes != "-")
        phrase += fmt::format(", {} an hour", bytes);
    return phrase;
}

std::string process_phrase(const Group& group) {
    // A connection that a softirq made is of who has it.
    if (group.processes.empty() && !group.holders.empty())
        return fmt::format("{}[{}]{}", escape_for_terminal(group.holders.front().comm),
                           group.holders.front().pid,
                           group.holders.size() > 1 ? fmt::format(" +{}", group.holders.size() - 1)
                                                    : std::string());
    if (group.processes.empty())
        return fmt::format("({})", escape_for_terminal(group.context));
    const ReportProcess& first = group.processes.front();
    std::string phrase = fmt::format("{}[{}]", escape_for_terminal(first.comm), first.pid);
    if (group.processes.size() > 1)
        phrase += fmt::format(" +{}", group.processes.size() - 1);
    return phrase;
}

std::string evidence_phrase(const Group& group, std::uint64_t traced_ns) {
    if (!group.evidence.empty())
        return escape_for_terminal(group.evidence);
    return fmt::format("{} born, {} freed in {}", human_count(group.births),
                       human_count(freed_before_exit(group)), human_duration(traced_ns));
}

namespace {

// " (300 later: by RCU)"
std::string later_phrase(const ExitWays& ways) {
    struct Way {
        std::uint64_t count;
        const char* by;
    };
    std::string by;
    std::uint64_t all = 0;
    for (const Way& way : {Way{ways.by_rcu, "RCU"}, Way{ways.by_worker, "a worker"},
                           Way{ways.by_parent, "its waiting parent"}}) {
        all += way.count;
        if (way.count != 0)
            by += fmt::format("{} {}", by.empty() ? "by" : ", by", way.by);
    }
    return all == 0 ? by : fmt::format(" ({} later, {})", human_count(all), by);
}

} // namespace

std::string exit_phrase(const Group& group) {
    if (group.released_at_exit == 0)
        return {};
    const std::string later = later_phrase(group.exit_ways);
    if (group.count == 1)
        return "freed only because the process exited" + later;
    if (group.released_at_exit >= group.count)
        return fmt::format("all {} were freed only because the process exited{}",
                           human_count(group.count), later);
    return fmt::format("{} of {} were freed only because the process exited{}; {} outlived it",
                       human_count(group.released_at_exit), human_count(group.count), later,
                       human_count(group.count - group.released_at_exit));
}

std::string where_phrase(const Group& group) {
    std::string phrase = escape_for_terminal(group.directory);
    if (!group.file_system.empty())
        phrase += fmt::format(
            "{}{}{}{}", phrase.empty() ? "" : " (", escape_for_terminal(group.file_system),
            group.device.empty() ? "" : " " + group.device, phrase.empty() ? "" : ")");
    if (group.reclaimable && !phrase.empty())
        phrase += *group.reclaimable ? "; reclaimable" : "; not reclaimable";
    return phrase;
}

std::string missing_stage_phrase(std::string_view stage) {
    const std::string_view phrase = look_up(kMissingStages, stage);
    return phrase.empty() ? escape_for_terminal(stage) + " never happened" : std::string(phrase);
}

std::string wait_status_phrase(std::uint32_t status) {
    const std::uint32_t signal = status & 0x7f;
    if (signal != 0)
        return fmt::format("was killed by signal {}", signal);
    return fmt::format("exited with status {}", status >> 8 & 0xff);
}

std::string_view severity_phrase(Severity severity) {
    switch (severity) {
    case Severity::info:
        return "to know";
    case Severity::notice:
        return "less detail";
    case Severity::data_loss:
        return "data lost";
    case Severity::error:
        return "error";
    }
    return "error";
}

std::string command_phrase(const std::vector<std::string>& command) {
    // A shell passes thousands ("*"), and one may be a whole script: the JSON has them all.
    constexpr std::size_t kPhrase = 300;
    constexpr std::size_t kArgument = 200;
    std::string phrase;
    for (std::size_t i = 0; i < command.size(); ++i) {
        if (display_width(phrase) >= kPhrase)
            return phrase +
                   fmt::format(" … and {}",
                               human_count(command.size() - i, "more argument", "more arguments"));
        const std::string safe = cut_middle(escape_for_terminal(command[i]), kArgument);
        const bool quote = safe.empty() || safe.find(' ') != safe.npos;
        phrase += fmt::format("{}{}", phrase.empty() ? "" : " ", quote ? "'" + safe + "'" : safe);
    }
    return phrase;
}

Ink verdict_ink(Verdict verdict) {
    if (verdict == Verdict::leaking)
        return Ink::red;
    return verdict == Verdict::suspect ? Ink::yellow : Ink::bold;
}

} // namespace unfreed
