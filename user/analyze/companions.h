// SPDX-License-Identifier: BSD-2-Clause
// What one act of a program makes in several caches: a socket comes with a file, an inode, a dentry
// and what security modules hang on them. Their groups have one cause, and one row.
#pragma once

#include "model/analysis.h"

#include <cstdint>
#include <vector>

namespace unfreed {

// Marks the groups that come with another one (AnalyzedGroup::companion), and lists them there. Two
// groups belong together if they are of the same processes, if one has as many objects as the other
// or a whole multiple, and if the oldest, the middle and the youngest were made at the same time;
// several of one cache do if they do in sum. The one that a reader knows by name stands for the
// rest: a socket, a namespace, a dentry, else what takes most memory.
//
// Of a sample of one object in one_in (1: all are followed) chance decides which of an act are
// followed: there numbers and times must be as near as chance brings them, and the user stacks
// must not differ.
void find_companions(std::vector<AnalyzedGroup>& groups, std::uint32_t one_in);

} // namespace unfreed
