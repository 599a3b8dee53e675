// SPDX-License-Identifier: BSD-2-Clause
// Names of directories as processes see them.
#pragma once

#include "model/analysis.h"
#include "model/report.h"
#include "survey/survey.h"

#include <functional>
#include <vector>

namespace unfreed {

// The place where these dentries are, by what was read of the objects that are listed: where all
// are in one directory, or have one name, that is named instead of a pattern.
struct DentryNaming {
    std::string directory;
    std::string pattern;
};
DentryNaming dentry_naming(const AnalyzedGroup& group, const Closeups& closeups);

// Who is asked where a path is: processes of the group that live, and last this host.
PathQuestion path_question(const AnalyzedGroup& group, std::uint32_t device, std::string path);

// All that has to be asked to name a group.
std::vector<PathQuestion> path_questions(const AnalyzedGroup& group, const Closeups& closeups);

// Puts the answers into the group of the report, whose objects have their details already.
void name_dentries(Group& group, const AnalyzedGroup& from, const Closeups& closeups);

} // namespace unfreed
