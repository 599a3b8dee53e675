// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <bpf/libbpf.h>

namespace unfreed::bpf {

// How every BPF object is opened. libbpf looks for types that the kernel's own BTF lacks, such as
// those of other versions, in the BTF of its modules, which only CAP_SYS_ADMIN may list
// (bpf_btf_get_next_id); where it may not, the load fails. Given a BTF by its path it asks no
// module.
const bpf_object_open_opts* open_options();

// For an object with functions that a kernel need not have (__ksym __weak), before it is loaded:
// before 1.5 libbpf lists the modules for those whatever the options say.
void forgo_module_btf(bpf_object* object);

} // namespace unfreed::bpf
