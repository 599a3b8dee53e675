// SPDX-License-Identifier: BSD-2-Clause
#include "decode/inspection.h"

#include "abi/table.h"
#include "decode/details.h"

#include <algorithm>

namespace unfreed {
namespace {

Inspection::Verdict verdict_of(std::uint32_t verdict) {
    switch (verdict) {
    case UF_INSPECT_ALIVE:
        return Inspection::Verdict::alive;
    case UF_INSPECT_DEAD:
        return Inspection::Verdict::dead;
    default:
        return Inspection::Verdict::unreadable;
    }
}

// What the queues hold. Data to send is counted twice: as queued (TCP only) and as handed on.
std::uint64_t memory_of(const uf_inspect_socket& socket) {
    std::uint64_t bytes = 0;
    for (const __s32 part : {socket.rmem_alloc, socket.forward_alloc, socket.omem_alloc,
                             socket.backlog, std::max(socket.wmem_alloc, socket.wmem_queued)})
        bytes += static_cast<std::uint64_t>(std::max(part, 0));
    return bytes;
}

void add_details(const uf_inspect_socket& socket, SocketFacts& facts) {
    facts.cookie = socket.cookie;
    facts.inode = socket.inode;
    facts.memory_bytes = memory_of(socket);
    facts.family = socket.family;
    facts.type = socket.type;
    facts.protocol = socket.protocol;
}

} // namespace

Inspection decode(const uf_inspect& answer) {
    Inspection inspection;
    inspection.verdict = verdict_of(answer.verdict);
    inspection.facts.refcount = answer.refcount;
    if (answer.object_class == UF_CLASS_DENTRY &&
        inspection.verdict == Inspection::Verdict::alive) {
        inspection.facts.dentry = facts_of(answer.dentry);
        inspection.location = location_of(answer.dentry, answer.details != 0);
    }
    inspection.facts.dentry.negative = (answer.facts & UF_FACT_NEGATIVE) != 0;
    inspection.facts.socket.orphan = (answer.facts & UF_FACT_ORPHAN) != 0;
    inspection.facts.socket.no_file = (answer.facts & UF_FACT_NO_FILE) != 0;
    if (answer.details == 0 || inspection.verdict != Inspection::Verdict::alive)
        return inspection;
    inspection.details["refcount"] = std::to_string(answer.refcount);
    if (answer.object_class == UF_CLASS_SOCKET) {
        describe(answer.socket, inspection.details);
        add_details(answer.socket, inspection.facts.socket);
    } else if (answer.object_class == UF_CLASS_DENTRY) {
        describe(answer.dentry, inspection.details);
    }
    return inspection;
}

} // namespace unfreed
