// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/dentry_places.h"

#include "analyze/name_pattern.h"

#include <utility>
#include <vector>

namespace unfreed {
namespace {

// What makes places one.
DentryPlace key_of(const DentryPlace& place) {
    return {path_pattern(place.directory), place.file_system, place.device};
}

} // namespace

std::uint32_t PatternNumbers::of(std::string_view name) {
    if (name.empty())
        return 0;
    std::string pattern = name_pattern(name);
    if (names_.patterns.size() >= kMost && !numbers_.contains(pattern))
        pattern = "*";
    const auto [known, is_new] = numbers_.try_emplace(
        std::move(pattern), static_cast<std::uint32_t>(names_.patterns.size()));
    if (is_new)
        names_.patterns.push_back(known->first);
    return known->second;
}

PlaceNumbers::PlaceNumbers(DentryNames& names) : names_(names) {
    for (std::size_t i = 1; i < names.places.size(); ++i)
        numbers_.emplace(key_of(names.places[i]), static_cast<std::uint32_t>(i));
}

std::uint32_t PlaceNumbers::of(const DentryLocation& location) {
    DentryPlace place{location.directory, location.file_system, location.device};
    DentryPlace key = key_of(place);
    // Beyond the limit one for each file system.
    if (names_.places.size() >= PatternNumbers::kMost && !numbers_.contains(key))
        key.directory = place.directory = "/**";
    const auto [known, is_new] =
        numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(names_.places.size()));
    if (is_new) {
        names_.places.push_back(std::move(place));
        return known->second;
    }
    std::string& directory = names_.places[known->second].directory;
    directory = common_path(directory, place.directory);
    return known->second;
}

void locate_dentries(Snapshot& snapshot, const Inspect& inspect_details) {
    constexpr std::size_t kAtOnce = 256;
    // A child may die while it is read; then another one is asked, but not for ever.
    constexpr int kRounds = 3;
    PlaceNumbers places(snapshot.dentry_names);
    std::unordered_map<std::uint64_t, std::uint32_t> place_of; // by address of the parent
    const auto has_parent = [](const LiveObject& object) {
        return object.facts && object.slot.object_class == ObjectClass::dentry &&
               !object.facts->dentry.root;
    };
    for (int round = 0; round < kRounds; ++round) {
        std::vector<InspectRequest> requests;
        std::vector<std::uint64_t> parents;
        std::size_t failed = 0;
        const auto look = [&] {
            const std::vector<Inspection> answers = inspect_details(requests);
            for (std::size_t i = 0; i < parents.size(); ++i) {
                if (i < answers.size() && answers[i].verdict == Inspection::Verdict::alive) {
                    place_of[parents[i]] = places.of(answers[i].location);
                } else {
                    place_of.erase(parents[i]);
                    ++failed;
                }
            }
            requests.clear();
            parents.clear();
        };
        for (const LiveObject& object : snapshot.objects) {
            if (!has_parent(object) || !place_of.try_emplace(object.facts->dentry.parent, 0).second)
                continue;
            requests.push_back(inspect_request(snapshot, object.slot));
            parents.push_back(object.facts->dentry.parent);
            if (requests.size() == kAtOnce)
                look();
        }
        look();
        if (failed == 0)
            break;
    }
    for (LiveObject& object : snapshot.objects)
        if (has_parent(object))
            if (const auto place = place_of.find(object.facts->dentry.parent);
                place != place_of.end())
                object.facts->dentry.place = place->second;
}

} // namespace unfreed
