// SPDX-License-Identifier: BSD-2-Clause
// A survey that leaves the host says nothing of where the kernel lies in memory.
#pragma once

#include "survey/survey.h"

#include <cstdint>
#include <functional>
#include <set>

namespace unfreed {

// Puts numbers in the place of all addresses of the kernel. They have the order that the addresses
// have, so judging comes to the same, and nothing else in common with them. `named`: addresses that
// a report may show; `shown`: what it shows for one of them. `policy`: how it is called.
void number_addresses(Survey& survey, const std::set<std::uint64_t>& named,
                      const std::function<std::uint64_t(std::uint64_t)>& shown,
                      const std::string& policy);

} // namespace unfreed
