// SPDX-License-Identifier: BSD-2-Clause
// What is read of the rows that a report shows, and of nothing else.
#include "analyze/look.h"
#include "base/log.h"
#include "judgement/dentry_paths.h"
#include "look/close_up_sockets.h"
#include "look/look.h"
#include "look/reclaim_probe.h"
#include "look/step_log.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace unfreed::look {
namespace {

void close_up_on_stacks(Survey& survey, const Findings& findings, names::UserNames& names) {
    const auto name = [&](const Program& program, const std::vector<std::uint64_t>& stack) {
        if (stack.empty())
            return;
        const auto [known, is_new] = survey.closeups.user_frames.try_emplace({program, stack});
        if (is_new)
            known->second = names.symbolize(program, stack);
    };
    for (const AnalyzedGroup& group : findings.analyzed.groups)
        name(group.user_stack_program, group.user_stack);
    for (const FoundLastMoments& found : findings.analyzed.last_moments)
        name(found.program, found.user_stack);
}

void close_up_on_objects(Survey& survey, const Findings& findings, Witness& witness) {
    std::vector<InspectRequest> requests;
    for (const AnalyzedGroup& group : findings.analyzed.groups)
        for (const LiveObject& object : group.objects)
            requests.push_back(inspect_request(survey.snapshot, object.slot));
    const Inspect inspect = [&](std::span<const InspectRequest> some) {
        return witness.inspect(some, true);
    };
    inspect_each(inspect, requests, [&](std::size_t i, const Inspection& answer) {
        survey.closeups.objects[requests[i].key] = {answer.verdict == Inspection::Verdict::alive,
                                                    answer.details, answer.location};
    });
}

// Reads each process's mounts once.
class Paths {
  public:
    explicit Paths(names::UserNames& names) : names_(names) {}

    // That of the first process that has it, else that of this host, else as it is.
    std::string answer(const PathQuestion& question) {
        if (!question.path.starts_with('/')) // cut off at the front
            return question.path;
        std::vector<std::uint32_t> pids = question.pids;
        pids.push_back(0);
        for (std::uint32_t pid : pids)
            if (const Mounts* mounts = mounts_of(pid))
                if (std::string full = mounts->full_path(question.device, question.path);
                    !full.empty())
                    return full;
        return question.path;
    }

  private:
    const Mounts* mounts_of(std::uint32_t pid) {
        constexpr std::size_t kMostProcesses = 32;
        if (mounts_.size() >= kMostProcesses && !mounts_.contains(pid))
            mounts_.clear();
        auto [known, is_new] = mounts_.try_emplace(pid);
        if (is_new)
            known->second = names_.mounts(pid);
        return known->second ? &*known->second : nullptr;
    }

    names::UserNames& names_;
    std::map<std::uint32_t, std::optional<Mounts>> mounts_;
};

void close_up_on_paths(Survey& survey, const Findings& findings, names::UserNames& names) {
    Paths paths(names);
    for (const AnalyzedGroup& group : findings.analyzed.groups)
        for (PathQuestion& question : path_questions(group, survey.closeups))
            if (!survey.closeups.paths.contains(question)) {
                std::string answer = paths.answer(question);
                survey.closeups.paths.emplace(std::move(question), std::move(answer));
            }
}

} // namespace

void close_up(Survey& survey, const Findings& findings, const Sources& sources,
              bool wants_reclaim) {
    CountingWitness witness(sources.source);
    const StepLog log("close up", witness);
    close_up_on_stacks(survey, findings, sources.names);
    close_up_on_objects(survey, findings, witness);
    close_up_on_paths(survey, findings, sources.names);
    sources.names.count_losses(survey.counters);
    close_up_on_listed_sockets(survey, findings, witness);
    close_up_on_peers(survey, findings, witness);
    if (wants_reclaim)
        if (auto probed = probe_reclaim(survey, findings, witness, sources.surroundings); !probed)
            log::error(probed.error().message); // the report is worth having without it
}

} // namespace unfreed::look
