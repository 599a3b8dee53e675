// SPDX-License-Identifier: BSD-2-Clause
// Addresses of the kernel tell who reads a report where the kernel lies in memory.
#pragma once

#include "base/keyed_hash.h"
#include "model/report.h"

#include <functional>

namespace unfreed {

// Does this host hide such addresses (kernel.kptr_restrict)? Where it cannot be told it does.
bool host_hides_addresses();

// Visits each address of an object or of kernel code, but for 0.
void for_each_address(Report& report, const std::function<void(std::uint64_t&)>& visit);

// Puts a hash in the place of each address of an object or of kernel code: the same address has the
// same hash in all reports of a trace. nullptr: leaves them out.
void hide_addresses(Report& report, const KeyedHash* hash);

} // namespace unfreed
