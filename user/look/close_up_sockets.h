// SPDX-License-Identifier: BSD-2-Clause
// Details of the sockets that a report names one by one.
#pragma once

#include "judgement/findings.h"
#include "source/witness.h"
#include "survey/survey.h"

namespace unfreed::look {

// Reads the listed sockets of the sections once more, in full (Closeups::sockets).
void close_up_on_listed_sockets(Survey& survey, const Findings& findings, Witness& witness);

// What is at the other end of each unix socket that the report names, as ss(8) shows it: `peer`
// (open, closed or not accepted), its inode, path and who has it (Closeups::peers). Of a closed
// socket the other end is the one that holds it.
void close_up_on_peers(Survey& survey, const Findings& findings, Witness& witness);

} // namespace unfreed::look
