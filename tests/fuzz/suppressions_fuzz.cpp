// SPDX-License-Identifier: BSD-2-Clause
// Files of --suppressions, and what they match.
#include "fuzz.h"
#include "known/suppress.h"

#include <string>

using namespace unfreed;

FUZZ(suppressions, input) {
    std::vector<Suppression> rules;
    if (!parse_suppressions(fuzz::text(input), "fuzzed", rules))
        return;
    fuzz::require(rules.size() <= kMostSuppressions);
    Report report;
    Group& group = report.groups.emplace_back();
    group.attention = Attention::leaking;
    group.cache = "TCP";
    group.kind = "never-closed";
    group.count = 5;
    group.kernel_stack.resize(3);
    group.kernel_stack[0].function = "sk_prot_alloc";
    group.kernel_stack[1].function = "sk_alloc";
    group.kernel_stack[2].module = "/usr/lib/module.ko";
    group.processes = {{7, "leaker", "/usr/bin/leaker", "", "", true, 5}};
    suppress(report, rules, std::chrono::sys_days(std::chrono::year(2027) / 1 / 31));
    fuzz::require(report.suppressions.size() == rules.size());
}
