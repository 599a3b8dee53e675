// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "symbolize/mapped_file.h"
#include "symbolize/process_maps.h"

#include <cstdint>

namespace unfreed::names {

// What there is to read of other processes. Here as this process may; the namer, which may nothing,
// asks the opener instead.
class ProcessFiles : public MappedFiles {
  public:
    // What is mapped now.
    virtual Result<ProcessMaps> maps(std::uint32_t tgid) { return ProcessMaps::read(tgid); }
};

} // namespace unfreed::names
