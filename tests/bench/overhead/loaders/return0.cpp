// SPDX-License-Identifier: BSD-2-Clause
// return0 [COPIES]: attaches programs that do nothing, in COPIES copies, until SIGINT or SIGTERM.
#include "bench_return0.skel.h"
#include "loader.h"

#include <cstdlib>

namespace {

constexpr int kCopies = 3;

// The copy is the last character of the name.
void choose_copies(bpf_object* object, int copies) {
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object) {
        const char* name = bpf_program__name(program);
        bpf_program__set_autoload(program, name[std::strlen(name) - 1] - '0' < copies);
    }
}

} // namespace

int main(int argc, char** argv) {
    const int copies = argc > 1 ? std::atoi(argv[1]) : 1;
    if (copies < 1 || copies > kCopies) {
        std::fprintf(stderr, "usage: return0 [COPIES], 1 to %d\n", kCopies);
        return 2;
    }
    const sigset_t end = bench::block_end_signals();
    bench_return0_bpf* skeleton = bench_return0_bpf__open();
    if (skeleton)
        choose_copies(skeleton->obj, copies);
    if (!skeleton || bench_return0_bpf__load(skeleton)) {
        std::perror("cannot load the programs");
        return 1;
    }
    std::vector<bpf_link*> links;
    const bool attached = bench::attach_all(skeleton->obj, links);
    if (attached)
        bench::wait_for_end(end);
    bench::detach(links);
    bench_return0_bpf__destroy(skeleton);
    return attached ? 0 : 1;
}
