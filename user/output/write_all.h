// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace unfreed {

// All of the text, however slow the reader is. A signal that has a handler interrupts the wait,
// which then goes on; one without ends the process, so no reader can hold it. where: for the error.
Result<> write_all(int fd, std::string_view text, const std::string& where);

} // namespace unfreed
