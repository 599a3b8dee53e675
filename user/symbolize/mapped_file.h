// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/unique_fd.h"
#include "symbolize/process_maps.h"

namespace unfreed {

// Opens the file that was mapped, for reading. Empty if it cannot be found any more: a file that is
// no longer the one that was mapped is not opened, and neither is what is no regular file.
UniqueFd open_mapped_file(const ProcessMaps& maps, const Mapping& mapping);

} // namespace unfreed
