// SPDX-License-Identifier: BSD-2-Clause
#include "judgement/structure_rules.h"

#include <string>
#include <utility>
#include <vector>

namespace unfreed {

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
        std::vector<std::string> functions;
        for (std::uint64_t address : group.kernel_stack)
            if (const auto symbol = symbols.find(address - 1))
                functions.push_back(symbol->name);
        return structure_of({group, functions, host});
    };
}

} // namespace unfreed
