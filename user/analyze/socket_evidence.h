// SPDX-License-Identifier: BSD-2-Clause
// What the sockets of one group say of themselves, as clauses.
#pragma once

#include "analyze/kind.h"
#include "analyze/socket_relations.h"

#include <string>
#include <vector>

namespace unfreed {

// "10 in CLOSE-WAIT: the peer has closed", ... Empty for other objects, and where nothing was read.
// Each stands for `one_in` sockets.
std::vector<std::string> socket_evidence(Kind kind, const std::vector<const LiveObject*>& objects,
                                         const SocketRelations& relations, std::uint32_t one_in);

// "1 died with memory charged to it: forward_alloc 1 bytes"
std::string charged_text(const ChargedDead& dead, std::uint32_t one_in);

} // namespace unfreed
