// SPDX-License-Identifier: BSD-2-Clause
#include "look/dentry_paths.h"

#include <algorithm>

namespace unfreed::look {

const Mounts* DentryPaths::mounts_of(std::uint32_t pid) {
    constexpr std::size_t kMostProcesses = 32;
    if (mounts_.size() >= kMostProcesses && !mounts_.contains(pid))
        mounts_.clear();
    auto [known, is_new] = mounts_.try_emplace(pid);
    if (is_new)
        known->second = naming_.mounts(pid);
    return known->second ? &*known->second : nullptr;
}

std::string DentryPaths::full_path(const Group& group, std::uint32_t device,
                                   const std::string& path) {
    constexpr std::size_t kAsked = 3;
    if (!path.starts_with('/')) // cut off at the front
        return path;
    std::vector<std::uint32_t> pids;
    for (const ReportProcess& process : group.processes)
        if (process.alive && pids.size() < kAsked)
            pids.push_back(process.pid);
    pids.push_back(0);
    for (std::uint32_t pid : pids)
        if (const Mounts* mounts = mounts_of(pid))
            if (std::string full = mounts->full_path(device, path); !full.empty())
                return full;
    return path;
}

void DentryPaths::name(Group& group, const AnalyzedGroup& from,
                       std::span<const Inspection> answers) {
    if (group.object_class != ObjectClass::dentry)
        return;
    const auto alive = std::find_if(answers.begin(), answers.end(), [](const Inspection& answer) {
        return answer.verdict == Inspection::Verdict::alive && !answer.location.name.empty();
    });
    if (alive != answers.end() && from.one_directory)
        group.directory = alive->location.directory;
    if (alive != answers.end() && from.followed == 1)
        group.pattern = alive->location.name;
    group.directory = full_path(group, from.device, group.directory);
    for (std::size_t i = 0; i < std::min(answers.size(), group.objects.size()); ++i)
        if (auto path = group.objects[i].details.find("path");
            path != group.objects[i].details.end())
            path->second = full_path(group, answers[i].location.device, path->second);
}

} // namespace unfreed::look
