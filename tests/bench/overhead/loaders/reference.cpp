// SPDX-License-Identifier: BSD-2-Clause
// reference: attaches the usual design of a leak tracer, one copy, until SIGINT or SIGTERM.
#include "bench_reference.skel.h"
#include "loader.h"

int main() {
    const sigset_t end = bench::block_end_signals();
    bench_reference_bpf* skeleton = bench_reference_bpf__open_and_load();
    if (!skeleton) {
        std::perror("cannot load the programs");
        return 1;
    }
    std::vector<bpf_link*> links;
    const bool attached = bench::attach_all(skeleton->obj, links);
    if (attached)
        bench::wait_for_end(end);
    bench::detach(links);
    bench_reference_bpf__destroy(skeleton);
    return attached ? 0 : 1;
}
