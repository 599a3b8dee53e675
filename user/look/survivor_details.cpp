// SPDX-License-Identifier: BSD-2-Clause
#include "look/survivor_details.h"

#include "analyze/dentry_holders.h"
#include "analyze/socket_relations.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace unfreed::look {
namespace {

// What a container mounts nobody outside sees: only the processes that are in it.
class MountsOfMakers {
  public:
    explicit MountsOfMakers(names::UserNames& names) : names_(&names) {}

    bool may_hold(std::uint32_t maker, std::uint32_t device, const std::string& path) {
        constexpr std::size_t kMostProcesses = 64; // each is a file to read
        if (maker == 0)
            return false;
        auto known = by_process_.find(maker);
        if (known == by_process_.end()) {
            if (by_process_.size() == kMostProcesses)
                return true;
            known = by_process_.emplace(maker, names_->mounts(maker)).first;
        }
        const std::optional<Mounts>& mounts = known->second;
        return mounts && (mounts->is_cut() || mounts->references(device, path) != 0);
    }

  private:
    names::UserNames* names_;
    std::map<std::uint32_t, std::optional<Mounts>> by_process_;
};

} // namespace

HolderIndex read_holders(const Snapshot& snapshot, Witness& witness) {
    std::vector<std::uint64_t> addresses;
    const auto add = [&](const LiveObject& object) {
        addresses.push_back(object.slot.address);
        if (const SocketFacts* socket = socket_facts_of(object); socket && socket->peer)
            addresses.push_back(socket->peer);
    };
    for (const LiveObject& object : snapshot.objects)
        if (card_of(object.slot.object_class).is_read)
            add(object);
    for (const OtherSocket& other : snapshot.other_sockets)
        add(other.object);
    std::sort(addresses.begin(), addresses.end());
    return addresses.empty() ? HolderIndex(std::vector<Holder>()) : witness.read_holders(addresses);
}

void judge_references(Snapshot& snapshot, Witness& witness, names::UserNames& names) {
    const std::optional<Mounts> mounts = names.mounts(0);
    const auto path_in_fs = [](const DentryLocation& at) {
        return (at.directory == "/" ? std::string() : at.directory) + "/" + at.name;
    };
    note_holders(
        snapshot, [&](auto requests) { return witness.inspect(requests, true); },
        [&](const DentryLocation& at) {
            return mounts ? mounts->references(at.device, path_in_fs(at)) : 0;
        },
        [&, unseen = names.unseen_users(),
         its_own = MountsOfMakers(names)](const DentryLocation& at, std::uint32_t maker) mutable {
            // A mount that was not read may be the one.
            return !mounts || mounts->is_cut() ||
                   unseen.may_hold(at.device, mounts->full_path(at.device, path_in_fs(at))) ||
                   its_own.may_hold(maker, at.device, path_in_fs(at));
        });
}

} // namespace unfreed::look
