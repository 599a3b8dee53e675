// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"

#include <string>

namespace unfreed::look {

// Name, kernel, architecture and boot of this host; what cannot be read stays empty.
Report::Host read_host_info();

// The time of day now, RFC 3339, UTC.
std::string rfc3339_now();

} // namespace unfreed::look
