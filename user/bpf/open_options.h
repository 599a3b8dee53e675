// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <bpf/libbpf.h>

namespace unfreed::bpf {

// How every BPF object is opened. libbpf looks for types that the kernel's own BTF lacks, such as
// those of other versions, in the BTF of its modules, which only CAP_SYS_ADMIN may list
// (bpf_btf_get_next_id); where it may not, the load fails. Given a BTF by its path it asks no
// module.
const bpf_object_open_opts* open_options();

} // namespace unfreed::bpf
