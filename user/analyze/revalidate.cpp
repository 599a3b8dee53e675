// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/revalidate.h"

#include "analyze/socket_relations.h"
#include "analyze/socket_state.h"

#include <algorithm>

namespace unfreed {
namespace {

// Looks at the objects that are wanted, notes what was learnt and takes out what has ended.
template <class Wanted>
std::uint64_t look(Snapshot& snapshot, const Inspect& inspect, Wanted wanted) {
    std::vector<InspectRequest> requests;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < snapshot.objects.size(); ++i) {
        if (!wanted(snapshot.objects[i]))
            continue;
        requests.push_back(inspect_request(snapshot, snapshot.objects[i].slot));
        places.push_back(i);
    }
    const std::vector<Inspection> answers = inspect(requests);
    std::vector<bool> ended(snapshot.objects.size(), false);
    std::uint64_t dead = 0;
    for (std::size_t i = 0; i < std::min(answers.size(), places.size()); ++i) {
        const Inspection& answer = answers[i];
        if (answer.verdict == Inspection::Verdict::alive)
            snapshot.objects[places[i]].facts = answer.facts;
        dead += answer.verdict == Inspection::Verdict::dead;
        ended[places[i]] = answer.verdict == Inspection::Verdict::dead ||
                           answer.verdict == Inspection::Verdict::gone;
    }
    std::size_t index = 0;
    std::erase_if(snapshot.objects, [&](const LiveObject&) { return ended[index++]; });
    note_living_peers(snapshot);
    return dead;
}

bool is_unexplained(const LiveObject& object) {
    return object.slot.object_class == ObjectClass::socket && object.facts &&
           object.facts->socket.orphan && hold_of(*object.facts) == Hold::unexplained;
}

} // namespace

InspectRequest inspect_request(const Snapshot& snapshot, const TableObject& object) {
    InspectRequest request;
    request.key = {object.address, object.birth_ns};
    request.object_class = object.object_class;
    const auto origin = snapshot.origins.find(object.origin);
    if (origin != snapshot.origins.end())
        request.cache_address = origin->second.cache_address;
    return request;
}

std::uint64_t revalidate(Snapshot& snapshot, const Inspect& inspect) {
    return look(snapshot, inspect, [](const LiveObject& object) {
        return object.slot.object_class != ObjectClass::slab;
    });
}

void confirm_unexplained(Snapshot& snapshot, const Inspect& inspect,
                         const std::function<void()>& wait) {
    if (std::none_of(snapshot.objects.begin(), snapshot.objects.end(), is_unexplained))
        return;
    wait();
    look(snapshot, inspect, is_unexplained);
}

} // namespace unfreed
