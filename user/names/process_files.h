// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "names/safe_open.h"
#include "symbolize/mapped_file.h"
#include "symbolize/process_maps.h"

#include <cstdint>
#include <optional>
#include <string>

namespace unfreed::names {

// What there is to read of other processes. Here as this process may; the namer, which may nothing,
// asks the opener instead.
class ProcessFiles : public MappedFiles {
  public:
    // What is mapped now.
    virtual Result<ProcessMaps> maps(std::uint32_t tgid) { return ProcessMaps::read(tgid); }
};

// Texts of the kernel, and where paths lead to.
class KernelTexts {
  public:
    KernelTexts() = default;
    KernelTexts(const KernelTexts&) = delete;
    KernelTexts& operator=(const KernelTexts&) = delete;
    virtual ~KernelTexts() = default;

    virtual TextAnswer read(KernelText which, std::uint32_t number) = 0;
    virtual std::optional<std::uint32_t> device(const std::string& path) = 0;
};

} // namespace unfreed::names
