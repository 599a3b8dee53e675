// SPDX-License-Identifier: BSD-2-Clause
// What this process may do while it traces and reports, and what it has to do without
// (docs/security.md).
#pragma once

#include "base/capabilities.h"
#include "base/result.h"

#include <sys/types.h>

#include <string>
#include <vector>

namespace unfreed {

// Of those that a process has, the capabilities that reports need. writes_file: the report goes to
// a file, which may lie in another user's directory.
Capabilities needed_capabilities(const Capabilities& has, bool writes_file);

// Call when everything is attached and the command of `run` has been forked, which keeps its
// caller's. Where it fails the trace goes on with what it has.
void give_up_privileges(bool writes_file);

// What reports cannot tell without capabilities that are missing, as notes for the reader.
std::vector<std::string> notes_on_missing(CapabilitySet effective);

} // namespace unfreed
