// SPDX-License-Identifier: BSD-2-Clause
// Names of directories as processes see them.
#pragma once

#include "model/analysis.h"
#include "model/inspection.h"
#include "model/report.h"
#include "names/naming.h"
#include "symbolize/mounts.h"

#include <map>
#include <optional>
#include <span>
#include <string>

namespace unfreed::look {

// Reads each process's mounts once.
class DentryPaths {
  public:
    explicit DentryPaths(names::Naming& naming) : naming_(naming) {}

    // The path within a file system becomes that of the first process that lives and has it, else
    // that of this host, else it stays as it is.
    std::string full_path(const Group& group, std::uint32_t device, const std::string& path);

    // `answers`: what was read of the objects that the report lists of this group. Where the group
    // is of one directory, or one name, that is named instead of a pattern.
    void name(Group& group, const AnalyzedGroup& from, std::span<const Inspection> answers);

  private:
    const Mounts* mounts_of(std::uint32_t pid); // 0: of this process
    names::Naming& naming_;
    std::map<std::uint32_t, std::optional<Mounts>> mounts_;
};

} // namespace unfreed::look
