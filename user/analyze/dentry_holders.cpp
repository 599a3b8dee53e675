// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/dentry_holders.h"

#include "analyze/kind.h"
#include "analyze/socket_relations.h"

#include <unordered_map>
#include <vector>

namespace unfreed {
namespace {

// Unix sockets that were read, by the dentry of the path that they are bound to: bind() keeps its
// reference in unix_sk->path, and a connection takes one more for itself (unix_stream_connect).
std::unordered_map<std::uint64_t, std::uint32_t> sockets_by_dentry(const Snapshot& snapshot) {
    std::unordered_map<std::uint64_t, std::uint32_t> sockets;
    for_each_socket(snapshot, [&](const LiveObject&, const SocketFacts& socket) {
        if (socket.dentry != 0)
            ++sockets[socket.dentry];
    });
    return sockets;
}

} // namespace

void note_holders(Snapshot& snapshot, const Inspect& inspect_details,
                  const MountReferences& mount_references,
                  const MayBeHeldUnseen& may_be_held_unseen) {
    constexpr std::size_t kAtOnce = 256;
    if (!snapshot.holders.known())
        return;
    const auto sockets = sockets_by_dentry(snapshot);
    std::vector<InspectRequest> requests;
    std::vector<LiveObject*> suspects;
    const auto look = [&] {
        const std::vector<Inspection> answers = inspect_details(requests);
        for (std::size_t i = 0; i < suspects.size(); ++i) {
            DentryFacts& dentry = suspects[i]->facts->dentry;
            if (i >= answers.size() || answers[i].verdict != Inspection::Verdict::alive) {
                dentry.holders.reset(); // on its way out
                continue;
            }
            suspects[i]->facts->refcount = answers[i].facts.refcount;
            dentry.children = answers[i].facts.dentry.children;
            dentry.unhashed = answers[i].facts.dentry.unhashed;
            dentry.kept_by_fs = answers[i].facts.dentry.kept_by_fs;
            *dentry.holders += mount_references(answers[i].location);
            // Not all sockets are read: those of other processes are not.
            const bool bound = answers[i].facts.dentry.socket_file;
            if (bound || (may_be_held_unseen &&
                          may_be_held_unseen(answers[i].location, suspects[i]->slot.tgid)))
                dentry.holders.reset(); // never a leak by guess
        }
        requests.clear();
        suspects.clear();
    };
    for (LiveObject& object : snapshot.objects) {
        if (object.slot.object_class != ObjectClass::dentry || !object.facts ||
            object.facts->dentry.root)
            continue;
        object.facts->dentry.holders =
            static_cast<std::uint32_t>(snapshot.holders.of(object.slot.address).size());
        if (const auto bound = sockets.find(object.slot.address); bound != sockets.end())
            *object.facts->dentry.holders += bound->second;
        if (dentry_kind({object, 0, 0, false}) != Kind::pinned)
            continue;
        requests.push_back(inspect_request(snapshot, object.slot));
        suspects.push_back(&object);
        if (requests.size() == kAtOnce)
            look();
    }
    look();
}

} // namespace unfreed
