// SPDX-License-Identifier: BSD-2-Clause
// What is read of all survivors, late and for a report only: who holds them, and what refers to
// them.
#pragma once

#include "model/snapshot.h"
#include "names/user_names.h"
#include "source/witness.h"

namespace unfreed::look {

// Who holds the sockets and dentries of the snapshot, its other sockets, and the peers of all.
HolderIndex read_holders(const Snapshot& snapshot, Witness& witness);

// Which of the dentries are referenced though nothing that can be seen refers to them.
void judge_references(Snapshot& snapshot, Witness& witness, names::UserNames& names);

} // namespace unfreed::look
