// SPDX-License-Identifier: BSD-2-Clause
// Whether a dentry is held, and by whom, or only cached.
#include "abi/inspect_dentry.h"
#include "analyze/kind.h"

namespace unfreed {
namespace {

// References that neither its cached entries nor its file system explain.
std::int64_t unexplained(const ObjectFacts& facts) {
    const DentryFacts& dentry = facts.dentry;
    if (dentry.children >= UF_CHILDREN_MAX) // no more were counted
        return 0;
    return std::int64_t{facts.refcount} - dentry.children - dentry.sb_root - dentry.kept_by_fs;
}

Kind kind_as_read(const ObjectFacts& facts) {
    const std::int64_t references = unexplained(facts);
    const std::optional<std::uint32_t>& holders = facts.dentry.holders;
    if (references > 0)
        return holders && *holders < references ? Kind::pinned : Kind::open;
    if (facts.dentry.kept_by_fs)
        return Kind::kept_by_fs;
    return facts.dentry.negative ? Kind::negative : Kind::unused;
}

} // namespace

Kind dentry_kind(const KindInput& input) {
    if (input.held_to_the_end)
        return Kind::open;
    if (input.object.facts)
        return kind_as_read(*input.object.facts);
    if (!(input.visible & UF_STAGE_UNREFERENCED))
        return Kind::outstanding;
    return input.stages & UF_STAGE_UNREFERENCED ? Kind::unused : Kind::open;
}

bool is_reclaimable(Kind kind) {
    return kind == Kind::negative || kind == Kind::negative_flood || kind == Kind::unused ||
           kind == Kind::unused_growth;
}

} // namespace unfreed
