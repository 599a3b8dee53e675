// SPDX-License-Identifier: BSD-2-Clause
#include "judgement/dentry_paths.h"

#include <algorithm>
#include <utility>

namespace unfreed {
namespace {

const Closeups::Object* closeup_of(const LiveObject& object, const Closeups& closeups) {
    const auto found = closeups.objects.find({object.slot.address, object.slot.birth_ns});
    return found == closeups.objects.end() ? nullptr : &found->second;
}

std::string answer_to(const PathQuestion& question, const Closeups& closeups) {
    const auto known = closeups.paths.find(question);
    return known == closeups.paths.end() ? question.path : known->second;
}

} // namespace

DentryNaming dentry_naming(const AnalyzedGroup& group, const Closeups& closeups) {
    DentryNaming naming{group.directory, group.pattern};
    for (const LiveObject& object : group.objects) {
        const Closeups::Object* const closeup = closeup_of(object, closeups);
        if (closeup == nullptr || !closeup->alive || closeup->location.name.empty())
            continue;
        if (group.one_directory)
            naming.directory = closeup->location.directory;
        if (group.followed == 1)
            naming.pattern = closeup->location.name;
        break;
    }
    return naming;
}

PathQuestion path_question(const AnalyzedGroup& group, std::uint32_t device, std::string path) {
    constexpr std::size_t kAsked = 3;
    PathQuestion question{device, std::move(path), {}};
    for (const ReportProcess& process : group.processes)
        if (process.alive && question.pids.size() < kAsked)
            question.pids.push_back(process.pid);
    return question;
}

std::vector<PathQuestion> path_questions(const AnalyzedGroup& group, const Closeups& closeups) {
    std::vector<PathQuestion> questions;
    if (group.object_class != ObjectClass::dentry)
        return questions;
    questions.push_back(
        path_question(group, group.device, dentry_naming(group, closeups).directory));
    for (const LiveObject& object : group.objects)
        if (const Closeups::Object* const closeup = closeup_of(object, closeups))
            if (const auto path = closeup->details.find("path"); path != closeup->details.end())
                questions.push_back(path_question(group, closeup->location.device, path->second));
    return questions;
}

void name_dentries(Group& group, const AnalyzedGroup& from, const Closeups& closeups) {
    if (group.object_class != ObjectClass::dentry)
        return;
    DentryNaming naming = dentry_naming(from, closeups);
    group.pattern = std::move(naming.pattern);
    group.directory =
        answer_to(path_question(from, from.device, std::move(naming.directory)), closeups);
    for (std::size_t i = 0; i < std::min(from.objects.size(), group.objects.size()); ++i) {
        const Closeups::Object* const closeup = closeup_of(from.objects[i], closeups);
        if (closeup == nullptr)
            continue;
        auto& details = group.objects[i].details;
        if (const auto path = details.find("path"); path != details.end())
            path->second =
                answer_to(path_question(from, closeup->location.device, path->second), closeups);
    }
}

} // namespace unfreed
