// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/kernel_types.h"

#include <bpf/btf.h>

namespace unfreed::bpf {

KernelTypes KernelTypes::read() {
    KernelTypes types;
    types.btf_.reset(btf__load_vmlinux_btf());
    return types;
}

void KernelTypes::Free::operator()(btf* types) const {
    btf__free(types);
}

} // namespace unfreed::bpf
