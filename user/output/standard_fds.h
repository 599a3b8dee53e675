// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

namespace unfreed {

// Call first of all. Descriptors 0 to 2 that the caller has closed are opened, so that nothing else
// gets these numbers: a message on stderr would land in a BPF map or in the report. What is opened
// cannot be used for what the number is for, so that using it is an error as before.
Result<> occupy_standard_fds();

} // namespace unfreed
