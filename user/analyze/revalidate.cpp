// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/revalidate.h"

#include "analyze/dentry_places.h"
#include "analyze/socket_relations.h"
#include "analyze/socket_state.h"

#include <algorithm>
#include <set>

namespace unfreed {
namespace {

bool is_doubtful(const LiveObject& object) {
    return object.slot.object_class == ObjectClass::socket && object.facts &&
           may_pass(*object.facts);
}

bool is_open_socket(const LiveObject& object) {
    return object.slot.object_class == ObjectClass::socket && object.facts &&
           !object.facts->socket.orphan && !object.facts->socket.no_file;
}

// No program sees that a socket gets a file: it has one now, or had until it was released.
void note_file(LiveObject& object) {
    if (object.slot.object_class != ObjectClass::socket)
        return;
    if (!object.facts->socket.no_file || (object.slot.stages & UF_STAGE_RELEASED))
        object.slot.stages |= UF_STAGE_FD_INSTALLED;
}

// Looks a second time at the sockets that are about to be accused.
template <class Accused>
void confirm(Snapshot& snapshot, const Inspect& inspect, Accused is_accused) {
    std::vector<InspectRequest> requests;
    std::vector<LiveObject*> accused;
    for (LiveObject& object : snapshot.objects)
        if (is_accused(object)) {
            requests.push_back(inspect_request(snapshot, object.slot));
            accused.push_back(&object);
        }
    if (accused.empty())
        return;
    const std::vector<Inspection> answers = inspect(requests);
    std::set<const LiveObject*> ended;
    for (std::size_t i = 0; i < std::min(answers.size(), accused.size()); ++i) {
        if (answers[i].verdict == Inspection::Verdict::alive)
            accused[i]->facts->socket =
                seen_twice(accused[i]->facts->socket, answers[i].facts.socket);
        else if (answers[i].verdict != Inspection::Verdict::unreadable)
            ended.insert(accused[i]);
    }
    std::vector<LiveObject> alive;
    for (LiveObject& object : snapshot.objects)
        if (!ended.contains(&object))
            alive.push_back(std::move(object));
    snapshot.objects = std::move(alive);
}

} // namespace

std::uint64_t revalidate(Snapshot& snapshot, const Inspect& inspect) {
    std::vector<bool> ended(snapshot.objects.size(), false);
    std::uint64_t dead = 0;
    PatternNumbers patterns(snapshot.dentry_names);
    PlaceNumbers roots(snapshot.dentry_names);
    std::vector<InspectRequest> requests;
    std::vector<std::size_t> places;
    const auto look = [&] {
        const std::vector<Inspection> answers = inspect(requests);
        for (std::size_t i = 0; i < std::min(answers.size(), places.size()); ++i) {
            const Inspection& answer = answers[i];
            if (answer.verdict == Inspection::Verdict::alive) {
                LiveObject& object = snapshot.objects[places[i]];
                object.facts = answer.facts;
                note_file(object);
                DentryFacts& dentry = object.facts->dentry;
                dentry.pattern = patterns.of(answer.location.name);
                if (dentry.root)
                    dentry.place = roots.of(answer.location);
            }
            dead += answer.verdict == Inspection::Verdict::dead;
            ended[places[i]] = answer.verdict == Inspection::Verdict::dead ||
                               answer.verdict == Inspection::Verdict::gone;
        }
        requests.clear();
        places.clear();
    };
    for (std::size_t i = 0; i < snapshot.objects.size(); ++i) {
        const TableObject& object = snapshot.objects[i].slot;
        if (!card_of(object.object_class).is_read)
            continue;
        requests.push_back(inspect_request(snapshot, object));
        places.push_back(i);
        if (requests.size() == kObjectsAtOnce)
            look();
    }
    look();
    std::size_t index = 0;
    std::erase_if(snapshot.objects, [&](const LiveObject&) { return ended[index++]; });
    note_living_peers(snapshot);
    return dead;
}

bool any_is_unexplained(const Snapshot& snapshot) {
    return std::any_of(snapshot.objects.begin(), snapshot.objects.end(), is_doubtful);
}

void confirm_unexplained(Snapshot& snapshot, const Inspect& inspect) {
    confirm(snapshot, inspect, is_doubtful);
}

void note_descriptors(Snapshot& snapshot, const Inspect& inspect) {
    if (!snapshot.holders.known())
        return;
    confirm(snapshot, inspect, [&](const LiveObject& object) {
        return is_open_socket(object) && snapshot.holders.of(object.slot.address).empty();
    });
    const auto note = [&](LiveObject& object) {
        if (is_open_socket(object))
            object.facts->socket.in_descriptor = !snapshot.holders.of(object.slot.address).empty();
    };
    for (LiveObject& object : snapshot.objects)
        note(object);
    for (OtherSocket& other : snapshot.other_sockets)
        note(other.object);
}

} // namespace unfreed
