// SPDX-License-Identifier: BSD-2-Clause
#include "look/steps.h"

#include "analyze/dentry_places.h"
#include "analyze/other_sockets.h"
#include "analyze/revalidate.h"
#include "analyze/socket_relations.h"
#include "look/survivor_details.h"
#include "model/counter.h"

#include <array>
#include <chrono>
#include <set>
#include <utility>

namespace unfreed::look {
namespace {

// By far enough for a socket to get from one step of its end to the next.
constexpr std::chrono::milliseconds kEndOfASocket{100};

Inspect reader(Witness& witness, bool details) {
    return [&witness, details](std::span<const InspectRequest> requests) {
        return witness.inspect(requests, details);
    };
}

// Tables, tracker and the kernel's own books, at one moment.
Result<> take(Looking& looking) {
    Survey& survey = looking.survey;
    const Known& known = looking.known;
    survey.tool = known.tool;
    survey.host = looking.sources.surroundings.host();
    survey.trace = known.trace;
    survey.sight = known.sight;
    survey.hooks = known.hooks;
    survey.notes = known.notes;
    looking.witness.begin_report();
    auto unfollowed = looking.witness.read_unfollowed();
    if (!unfollowed)
        return fail(unfollowed.error());
    survey.unfollowed = std::move(*unfollowed);
    const TableSnapshot table = looking.sources.source.read_table(UINT64_MAX);
    survey.snapshot = looking.sources.tracker.snapshot(table);
    survey.totals = looking.sources.source.totals(table);
    looking.sources.names.unwind(survey.snapshot);

    KernelBooks& books = looking.sources.surroundings.books();
    survey.books.comparable = known.comparable;
    survey.books.start = known.counts_at_start;
    survey.books.now = books.read();
    survey.books.cpus = books.cpus();
    survey.books.processors = looking.sources.surroundings.processors();
    if (survey.books.now.slabs)
        survey.books.slab_links = books.slab_links();
    return {};
}

// The facts of each survivor that can be read; what is dead goes.
Result<> read(Looking& looking) {
    Snapshot& snapshot = looking.survey.snapshot;
    looking.survey.counters.set(Counter::MISSED_DEATHS,
                                revalidate(snapshot, reader(looking.witness, false)));
    return {};
}

// What belongs to these: sockets that are not followed, peers, directories.
Result<> relate(Looking& looking) {
    Snapshot& snapshot = looking.survey.snapshot;
    if (looking.sources.sockets != nullptr)
        looking.sources.sockets->read_others(snapshot, looking.witness);
    locate_dentries(snapshot, reader(looking.witness, true));
    return {};
}

void look_at_sockets(Looking& looking) {
    if (looking.sources.sockets == nullptr)
        return;
    looking.survey.sockets =
        looking.sources.sockets->look(looking.survey.snapshot, looking.known.trace.min_age_ns,
                                      looking.witness, looking.sources.surroundings);
}

Result<> count_losses(Looking& looking) {
    Counters& counters = looking.survey.counters;
    const std::uint64_t missed_deaths = counters.get(Counter::MISSED_DEATHS);
    if (auto read = looking.witness.read_counters(counters); !read)
        return read;
    counters.set(Counter::MISSED_DEATHS, missed_deaths);
    counters.set(Counter::NOT_SETTLED, looking.known.unsettled);
    if (looking.survey.sockets)
        counters.set(Counter::NETNS_REFUSED, looking.survey.sockets->namespaces_missing);
    counters.set(Counter::SYMBOLS_HIDDEN, looking.sources.symbols.hidden() ? 1 : 0);
    return {};
}

// What would accuse somebody is waited for, once, and read again. Then who holds what, in one walk
// over all descriptors: facts that contradict it are read again, too.
Result<> doubt(Looking& looking) {
    Snapshot& snapshot = looking.survey.snapshot;
    const Inspect look = reader(looking.witness, false);
    if (any_is_unexplained(snapshot) || any_other_is_accused(snapshot)) {
        looking.sources.surroundings.wait(kEndOfASocket);
        ++looking.waits;
        confirm_unexplained(snapshot, look);
        confirm_other_sockets(snapshot, look);
    }
    snapshot.holders = read_holders(snapshot, looking.witness);
    settle_other_sockets(snapshot, look);
    note_descriptors(snapshot, look);
    judge_references(snapshot, looking.witness, looking.sources.names);
    look_at_sockets(looking);
    return count_losses(looking);
}

void name_kernel(Looking& looking) {
    KernelNamesBuilder names(looking.sources.symbols);
    const Snapshot& snapshot = looking.survey.snapshot;
    const auto add_origin = [&](const OriginEvent& origin) {
        names.add(origin.call_site);
        for (std::uint64_t address : origin.kernel_stack)
            names.add(address);
    };
    for (const auto& [id, origin] : snapshot.origins)
        add_origin(origin);
    for (const ChargedDead& dead : snapshot.charged_dead)
        add_origin(dead.origin);
    for (const auto& [id, given_up] : snapshot.given_up)
        for (std::uint64_t address : given_up.kernel_stack)
            names.add(address);
    for (const auto& [place, counts] : snapshot.retired)
        names.add(place.call_site);
    looking.survey.kernel = std::move(names).take();
}

void name_user_stacks(Looking& looking) {
    const auto add = [&](const OriginEvent& origin) {
        if (origin.user_stack.empty())
            return;
        std::string key =
            looking.sources.names.key({origin.tgid, origin.program}, origin.user_stack);
        // Addresses alone are those of one process, which ended before it could be looked at: they
        // do not tell its objects from those of the next one that runs the same program.
        if (key.find('+') != std::string::npos)
            looking.survey.user_keys.emplace(origin.id, std::move(key));
    };
    for (const auto& [id, origin] : looking.survey.snapshot.origins)
        add(origin);
}

// Who holds something of what the report may show.
void name_holders(Looking& looking) {
    Survey& survey = looking.survey;
    Snapshot& snapshot = survey.snapshot;
    for (const Holder& holder : snapshot.holders.all())
        if (const auto [known, is_new] = survey.holders.try_emplace(holder.tgid); is_new)
            known->second =
                looking.sources.surroundings.names_of(holder.tgid, snapshot.taken_at_ns);
    if (looking.sources.sockets == nullptr)
        return;
    const auto name = [&](const LiveObject& object) {
        for (const Holder& holder : snapshot.holders.of(object.slot.address))
            snapshot.holder_names.try_emplace(holder.tgid, survey.holders[holder.tgid].comm);
    };
    for_each_socket(snapshot, [&](const LiveObject& object, const SocketFacts& socket) {
        if (object.slot.tgid == 0 || socket.peer != 0)
            name(object);
    });
}

// Names for all of it, while they can be had.
Result<> name(Looking& looking) {
    name_kernel(looking);
    name_user_stacks(looking);
    name_holders(looking);
    std::set<std::string> caches;
    for (const auto& [id, origin] : looking.survey.snapshot.origins)
        if (!origin.cache_name.empty() && caches.insert(origin.cache_name).second &&
            looking.sources.surroundings.has_reclaim_account(origin.cache_name))
            looking.survey.books.reclaim_accounted.insert(origin.cache_name);
    return {};
}

constexpr std::array kSteps{
    LookStep{"take", take},   LookStep{"read", read}, LookStep{"relate", relate},
    LookStep{"doubt", doubt}, LookStep{"name", name},
};

} // namespace

std::span<const LookStep> look_steps() {
    return kSteps;
}

} // namespace unfreed::look
