// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/open_options.h"

#include "base/capabilities.h"
#include "bpf/libbpf_log.h"

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

void forgo_module_btf(bpf_object* object) {
    bpf_program* const any = bpf_object__next_program(object, nullptr);
    if (open_options() == nullptr || any == nullptr)
        return;
    // It lists them once for an object (load_module_btfs of libbpf): let it fail to here, where
    // nothing comes of it. The attach target of a program stays when another one is not found.
    bpf_program__set_attach_target(any, 0, "no_kernel_has_this_function");
    take_libbpf_warnings();
}

} // namespace unfreed::bpf
