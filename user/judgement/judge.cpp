// SPDX-License-Identifier: BSD-2-Clause
#include "judgement/judge.h"

#include "analyze/leak_analyzer.h"
#include "judgement/dentry_overview.h"
#include "judgement/judgement.h"
#include "judgement/socket_sections.h"
#include "judgement/structure_rules.h"
#include "report/site.h"
#include "symbolize/kernel_stack.h"

#include <span>
#include <string>
#include <utility>

namespace unfreed {
namespace {

// A stack without the frames of tracing, still as addresses: the key that groups.
std::vector<std::uint64_t> strip_tracing(std::span<const std::uint64_t> stack,
                                         const KernelSymbols& symbols) {
    std::vector<std::uint64_t> kept;
    for (const Frame& frame : normalize_kernel_stack(stack, symbols))
        kept.push_back(frame.address);
    return kept;
}

// Two calls of one function are two origins only where they are the innermost that tells: the two
// sockets of socketpair(), or the first turn of a loop that the compiler peeled off, are one.
std::vector<std::uint64_t> kernel_key(std::span<const std::uint64_t> stack,
                                      const KernelSymbols& symbols) {
    std::vector<std::uint64_t> key;
    bool telling = true;
    for (std::uint64_t address : stack) {
        const auto symbol = symbols.find(address - 1);
        key.push_back(telling || !symbol ? address : symbol->start);
        if (symbol && !is_plumbing(symbol->name))
            telling = false;
    }
    return key;
}

// Borrows all of it.
AnalyzeOptions analyze_options(const Survey& survey, const JudgeOptions& options,
                               const Judgement& judgement, const KernelSymbols& symbols) {
    AnalyzeOptions analyze;
    analyze.mode = survey.trace.mode;
    analyze.min_age_ns = survey.trace.min_age_ns;
    analyze.visible_stages = survey.sight.visible_stages;
    analyze.repeats = survey.trace.repeats;
    analyze.trace_started_ns = survey.trace.started_ns;
    analyze.top = options.every_group ? 0 : options.top;
    analyze.objects_per_group = options.lists_objects ? options.objects_per_group : 0;
    analyze.dentry_members = options.members;
    analyze.frees_hidden = judgement.frees_hidden;
    analyze.counted_as = [&judgement](const std::string& cache) {
        return judgement.names.counted_as(cache);
    };
    analyze.cache_destroyed = judgement.cache_destroyed;
    analyze.structure = structure_rules(survey, symbols);
    analyze.thing = thing_rules(symbols);
    analyze.normalize = [&symbols](std::span<const std::uint64_t> stack) {
        return strip_tracing(stack, symbols);
    };
    analyze.user_key = [&survey](const OriginEvent& origin) {
        const auto known = survey.user_keys.find(origin.id);
        return known != survey.user_keys.end() ? known->second : std::string();
    };
    analyze.kernel_key = [&symbols](std::span<const std::uint64_t> stack) {
        return kernel_key(stack, symbols);
    };
    return analyze;
}

// Objects of groups that are no rows for a reader are not listed, so they need not be read.
void list_objects_of_first(AnalyzedGroups& analyzed, std::size_t rows) {
    for (std::size_t i = rows; i < analyzed.groups.size(); ++i)
        analyzed.groups[i].objects.clear();
}

} // namespace

Findings judge(const Survey& survey, const JudgeOptions& options) {
    const NamedAddresses symbols(survey.kernel);
    Judgement judgement = judge_caches(survey, symbols);
    Findings findings;
    findings.analyzed =
        analyze(survey.snapshot, analyze_options(survey, options, judgement, symbols));
    if (!options.lists_objects_of_every)
        list_objects_of_first(findings.analyzed, options.top);
    if (wants(survey.trace, ObjectClass::dentry))
        findings.dentries = {kernel_dentries(survey.books.now),
                             traced_dentries(survey.snapshot, survey.books.now)};
    if (survey.sockets)
        add_socket_sections(findings, survey, options);
    findings.coverage = std::move(judgement.rows);
    findings.names = std::move(judgement.names);
    return findings;
}

} // namespace unfreed
