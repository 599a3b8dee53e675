// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <string>

namespace unfreed {

// The whole content of a file. Made for /proc and /sys, where the size is not known before and a
// file must be read to its end in one go. Fails with not_found, permission or io.
Result<std::string> read_file(const std::string& path);

} // namespace unfreed
