// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/open_options.h"

#include "base/capabilities.h"

namespace unfreed::bpf {

const bpf_object_open_opts* open_options() {
    static const bpf_object_open_opts vmlinux_only = [] {
        bpf_object_open_opts options{};
        options.sz = sizeof(options);
        options.btf_custom_path = "/sys/kernel/btf/vmlinux";
        return options;
    }();
    const auto capabilities = read_capabilities();
    return capabilities && !capabilities->permitted.has(Capability::sys_admin) ? &vmlinux_only
                                                                               : nullptr;
}

} // namespace unfreed::bpf
