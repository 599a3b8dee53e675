// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/aim.h"

#include <string>

namespace unfreed {

// "only what programs nginx, php-fpm make", "only slab caches TCP". Escaped for a terminal. aim is
// not empty.
std::string aim_phrase(const AimNames& aim);

} // namespace unfreed
