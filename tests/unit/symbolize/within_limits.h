// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>

namespace unfreed::testing {

// Whether this is true, done in a child that may use 5 s of the processor and 256 MiB more than
// there are now: what explodes is an answer then and not the end of the machine.
bool within_limits(const std::function<bool()>& is_right);

} // namespace unfreed::testing
