// SPDX-License-Identifier: BSD-2-Clause
// The proof that separates cache from leak: asks the kernel to free the dentries and inodes that
// nobody uses, and looks what has gone.
#pragma once

#include "base/result.h"
#include "judgement/findings.h"
#include "look/surroundings.h"
#include "source/witness.h"
#include "survey/survey.h"

namespace unfreed::look {

// Fills in Closeups::reclaimed, for the members of the groups. It says on stderr what it is about
// to do. Fails if the kernel cannot be asked.
Result<> probe_reclaim(Survey& survey, const Findings& findings, Witness& witness,
                       Surroundings& surroundings);

} // namespace unfreed::look
