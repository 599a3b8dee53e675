// SPDX-License-Identifier: BSD-2-Clause
// Owning handles for what libbpf makes. Only user/bpf includes libbpf.
#pragma once

#include "base/c_ptr.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

namespace unfreed::bpf {

// Destroying a link detaches its program; bpf_link__destroy returns a status nobody can act on.
struct LinkDelete {
    void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};
using LinkPtr = std::unique_ptr<bpf_link, LinkDelete>;
using BtfPtr = CPtr<btf, btf__free>;
using RingBufferPtr = CPtr<ring_buffer, ring_buffer__free>;

} // namespace unfreed::bpf
