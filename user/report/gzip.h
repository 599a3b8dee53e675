// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>

namespace unfreed {

// In the format of gzip(1), without name and time, so that equal text gives equal bytes. Without
// memory for it the text comes back as it is.
std::string gzip(std::string_view text);

} // namespace unfreed
