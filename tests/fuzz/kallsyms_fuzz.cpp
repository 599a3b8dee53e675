// SPDX-License-Identifier: BSD-2-Clause
// The symbols of the kernel and of its modules, whose names are their makers'.
#include "fuzz.h"
#include "symbolize/kallsyms.h"

FUZZ(kallsyms, input) {
    const auto symbols = unfreed::Kallsyms::parse(unfreed::fuzz::text(input));
    for (const std::uint64_t address :
         {std::uint64_t{0}, std::uint64_t{0xffffffff81000100}, ~std::uint64_t{0}})
        if (const auto found = symbols.find(address))
            unfreed::fuzz::require(!found->name.empty());
    (void)symbols.range_of("a");
    (void)symbols.ranges_of_prefix_variants("a");
}
