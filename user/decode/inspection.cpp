// SPDX-License-Identifier: BSD-2-Clause
#include "decode/inspection.h"

#include "abi/table.h"
#include "decode/details.h"
#include "decode/socket_facts.h"

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

} // namespace

Inspection decode(const uf_inspect& answer, std::uint64_t jiffy_ns) {
    Inspection inspection;
    inspection.verdict = verdict_of(answer.verdict);
    inspection.facts.refcount = answer.refcount;
    if (answer.object_class == UF_CLASS_DENTRY &&
        inspection.verdict == Inspection::Verdict::alive) {
        inspection.facts.dentry = facts_of(answer.dentry);
        inspection.location = location_of(answer.dentry, answer.details != 0);
    }
    inspection.facts.dentry.negative = (answer.facts & UF_FACT_NEGATIVE) != 0;
    if (answer.object_class == UF_CLASS_SOCKET) {
        inspection.facts.socket = socket_facts(answer.socket, jiffy_ns);
        inspection.facts.socket.orphan = (answer.facts & UF_FACT_ORPHAN) != 0;
        inspection.facts.socket.no_file = (answer.facts & UF_FACT_NO_FILE) != 0;
    }
    if (answer.details == 0 || inspection.verdict != Inspection::Verdict::alive)
        return inspection;
    inspection.details["refcount"] = std::to_string(answer.refcount);
    if (answer.object_class == UF_CLASS_SOCKET)
        describe(answer.socket, jiffy_ns, inspection.details);
    else if (answer.object_class == UF_CLASS_DENTRY)
        describe(answer.dentry, inspection.details);
    return inspection;
}

} // namespace unfreed
