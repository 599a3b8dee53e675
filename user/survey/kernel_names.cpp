// SPDX-License-Identifier: BSD-2-Clause
#include "survey/kernel_names.h"

#include <algorithm>
#include <utility>

namespace unfreed {

void KernelNamesBuilder::look_up(std::uint64_t address) {
    if (!asked_.insert(address).second)
        return;
    auto symbol = symbols_.find(address);
    if (!symbol)
        return;
    const auto [known, is_new] =
        by_start_.try_emplace(symbol->start, static_cast<std::uint32_t>(names_.functions.size()));
    if (is_new)
        names_.functions.push_back(
            {std::move(symbol->name), std::move(symbol->module), symbol->start});
    names_.at.push_back({address, known->second, symbol->offset});
}

void KernelNamesBuilder::add(std::uint64_t address) {
    if (address == 0)
        return;
    look_up(address);
    look_up(address - 1);
}

KernelNames KernelNamesBuilder::take() && {
    std::sort(names_.at.begin(), names_.at.end(),
              [](const KernelNames::At& one, const KernelNames::At& other) {
                  return one.address < other.address;
              });
    names_.hidden = symbols_.hidden();
    return std::move(names_);
}

std::optional<KernelSymbol> NamedAddresses::find(std::uint64_t address) const {
    const auto found = std::lower_bound(
        names_.at.begin(), names_.at.end(), address,
        [](const KernelNames::At& at, std::uint64_t wanted) { return at.address < wanted; });
    if (found == names_.at.end() || found->address != address ||
        found->function >= names_.functions.size())
        return std::nullopt;
    const KernelNames::Function& function = names_.functions[found->function];
    return KernelSymbol{function.name, function.module, function.start, found->offset};
}

} // namespace unfreed
