// SPDX-License-Identifier: BSD-2-Clause
#include "look/sight.h"

#include "bpf/copies.h"

namespace unfreed::look {

Sight sight_of(const bpf::Session& session) {
    Sight sight;
    sight.visible_stages = session.visible_stages();
    sight.kmem_births = session.kmem_births();
    sight.sees_bulk_frees = session.sees_bulk_frees();
    sight.knows_every_cache = session.knows_every_cache();
    sight.legacy = session.edition() == bpf::Edition::legacy;
    sight.advice_on_skipping = bpf::advise_copies(session.copies(), session.edition());
    return sight;
}

} // namespace unfreed::look
