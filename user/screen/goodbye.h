// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <string>

namespace unfreed {

// What a terminal is told to leave a screen: its colours, its keypad, the page it was on before,
// and the cursor. An error: there is no description of this terminal (TERM).
Result<std::string> goodbye_to_screen(int fd);

} // namespace unfreed
