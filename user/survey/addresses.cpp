// SPDX-License-Identifier: BSD-2-Clause
#include "survey/addresses.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace unfreed {
namespace {

void visit_stack(std::vector<std::uint64_t>& stack, auto visit) {
    for (std::uint64_t& address : stack)
        visit(address);
}

void visit_origin(OriginEvent& origin, auto visit) {
    visit(origin.call_site);
    visit(origin.cache_address);
    visit_stack(origin.kernel_stack, visit);
}

void visit_object(LiveObject& object, auto visit) {
    visit(object.slot.address);
    if (!object.facts)
        return;
    visit(object.facts->socket.peer);
    visit(object.facts->socket.listener);
    visit(object.facts->socket.name);
    visit(object.facts->socket.dentry);
    visit(object.facts->dentry.parent);
}

// Keys of trees are constant: each entry is taken out and put in again.
template <class Map>
void visit_keys(Map& map, auto visit_key) {
    Map renamed;
    while (!map.empty()) {
        auto node = map.extract(map.begin());
        visit_key(node.key());
        renamed.insert(std::move(node));
    }
    map = std::move(renamed);
}

void visit_snapshot(Snapshot& snapshot, auto visit) {
    for (LiveObject& object : snapshot.objects)
        visit_object(object, visit);
    for (OtherSocket& other : snapshot.other_sockets)
        visit_object(other.object, visit);
    for (auto& [id, origin] : snapshot.origins)
        visit_origin(origin, visit);
    for (auto& [id, given_up] : snapshot.given_up)
        visit_stack(given_up.kernel_stack, visit);
    for (ChargedDead& dead : snapshot.charged_dead)
        visit_origin(dead.origin, visit);
    visit_keys(snapshot.retired, [&](BirthPlace& place) { visit(place.call_site); });
    visit_keys(snapshot.deaths.retired,
               [&](RetiredPlace& place) { visit_stack(place.kernel_stack, visit); });
    std::vector<Holder> holders = snapshot.holders.all();
    for (Holder& holder : holders)
        visit(holder.address);
    if (snapshot.holders.known())
        snapshot.holders = HolderIndex(std::move(holders));
}

void visit_survey(Survey& survey, auto visit) {
    visit_snapshot(survey.snapshot, visit);
    for (KernelNames::Function& function : survey.kernel.functions)
        visit(function.start);
    if (survey.sockets) {
        std::set<std::uint64_t> hidden;
        for (std::uint64_t address : survey.sockets->hidden) {
            visit(address);
            hidden.insert(address);
        }
        survey.sockets->hidden = std::move(hidden);
    }
    Closeups& closeups = survey.closeups;
    visit_keys(closeups.objects, [&](ObjectKey& key) { visit(key.address); });
    visit_keys(closeups.sockets, visit);
    visit_keys(closeups.peers, visit);
    if (closeups.reclaimed)
        for (auto* keys : {&closeups.reclaimed->freed, &closeups.reclaimed->kept})
            for (ObjectKey& key : *keys)
                visit(key.address);
}

} // namespace

void number_addresses(Survey& survey, const std::set<std::uint64_t>& named,
                      const std::function<std::uint64_t(std::uint64_t)>& shown,
                      const std::string& policy) {
    std::vector<std::uint64_t> known;
    visit_survey(survey, [&](std::uint64_t& address) { known.push_back(address); });
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    // Even ones: between two there is room for the byte before a return address. 0 stays 0.
    const auto number_of = [&](std::uint64_t address) -> std::uint64_t {
        const auto at = std::lower_bound(known.begin(), known.end(), address);
        return address == 0 ? 0 : 2 * static_cast<std::uint64_t>(at - known.begin()) + 2;
    };
    KernelNames& kernel = survey.kernel;
    std::map<std::uint64_t, KernelNames::At> at;
    for (const KernelNames::At& one : kernel.at)
        at.emplace(one.address, one);
    kernel.at.clear();
    for (std::uint64_t address : known) {
        for (std::uint64_t before : {1U, 0U})
            if (const auto name = at.find(address - before); address != 0 && name != at.end())
                kernel.at.push_back(
                    {number_of(address) - before, name->second.function, name->second.offset});
    }
    survey.addresses.name = policy;
    for (std::uint64_t address : named)
        if (std::binary_search(known.begin(), known.end(), address))
            survey.addresses.shown.emplace(number_of(address), shown(address));
    visit_survey(survey, [&](std::uint64_t& address) { address = number_of(address); });
}

} // namespace unfreed
