// SPDX-License-Identifier: BSD-2-Clause
// What was read of an object, in words: names and values of ReportObject::details.
#pragma once

#include "abi/inspect.h"
#include "model/inspection.h"

#include <cstdint>
#include <map>
#include <string>

namespace unfreed {

using Details = std::map<std::string, std::string>;

void describe(const uf_inspect_socket& socket, std::uint64_t jiffy_ns, Details& details);
void describe(const uf_inspect_dentry& dentry, Details& details);

DentryFacts facts_of(const uf_inspect_dentry& dentry);
// The directory needs the whole path, which is read with the details only.
DentryLocation location_of(const uf_inspect_dentry& dentry, bool with_directory);

} // namespace unfreed
