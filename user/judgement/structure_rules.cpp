// SPDX-License-Identifier: BSD-2-Clause
#include "judgement/structure_rules.h"

#include <string>
#include <utility>
#include <vector>

namespace unfreed {
namespace {

std::vector<std::string> functions_of(const AnalyzedGroup& group, const KernelSymbols& symbols) {
    std::vector<std::string> functions;
    for (const std::uint64_t address : group.kernel_stack)
        if (const auto symbol = symbols.find(address - 1))
            functions.push_back(symbol->name);
    return functions;
}

} // namespace

std::function<StructureFinding(const AnalyzedGroup&)>
structure_rules(const Survey& survey, const KernelSymbols& symbols) {
    StructureHost host;
    host.mode = survey.trace.mode;
    host.areas_followed = wants(survey.trace, ObjectClass::vmalloc);
    host.cpus = survey.books.processors;
    host.reclaim_account = [&accounted = survey.books.reclaim_accounted](const std::string& cache) {
        return accounted.contains(cache);
    };
    return [&symbols, host = std::move(host)](const AnalyzedGroup& group) {
        return structure_of({group, functions_of(group, symbols), host});
    };
}

std::function<ThingFinding(const AnalyzedGroup&)> thing_rules(const KernelSymbols& symbols) {
    return [&symbols](const AnalyzedGroup& group) {
        const std::vector<std::string> functions = functions_of(group, symbols);
        return thing_of(functions, maker(functions), group.object_class, group.cache);
    };
}

} // namespace unfreed
