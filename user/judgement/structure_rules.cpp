// SPDX-License-Identifier: BSD-2-Clause
#include "judgement/structure_rules.h"

#include "kernel_counts/reclaim_account.h"

#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace unfreed {

std::function<StructureFinding(const AnalyzedGroup&)> structure_rules(const KernelSymbols& symbols,
                                                                      StructureHost host) {
    host.cpus = static_cast<std::uint64_t>(::sysconf(_SC_NPROCESSORS_CONF));
    host.reclaim_account =
        [known = std::make_shared<std::map<std::string, bool>>()](const std::string& cache) {
            const auto [entry, is_new] = known->try_emplace(cache, false);
            if (is_new)
                entry->second = has_reclaim_account(cache);
            return entry->second;
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
