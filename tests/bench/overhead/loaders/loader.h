// SPDX-License-Identifier: BSD-2-Clause
// What the loaders of the bench share: attach every program of an object, say so, wait for the end.
#ifndef UNFREED_BENCH_LOADER_H
#define UNFREED_BENCH_LOADER_H

#include <bpf/libbpf.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <vector>

namespace bench {

// Links of every program that is loaded; false after an error message.
inline bool attach_all(bpf_object* object, std::vector<bpf_link*>& links) {
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object) {
        if (!bpf_program__autoload(program))
            continue;
        bpf_link* link = bpf_program__attach(program);
        if (!link) {
            std::fprintf(stderr, "cannot attach %s: %s\n", bpf_program__name(program),
                         std::strerror(errno));
            return false;
        }
        links.push_back(link);
    }
    return true;
}

// Signals are blocked before anything is attached, so that none is lost; then this waits for one.
inline sigset_t block_end_signals() {
    sigset_t end{};
    sigemptyset(&end);
    sigaddset(&end, SIGINT);
    sigaddset(&end, SIGTERM);
    sigprocmask(SIG_BLOCK, &end, nullptr);
    return end;
}

inline void wait_for_end(const sigset_t& end) {
    std::puts("ready");
    std::fflush(stdout);
    int signal = 0;
    sigwait(&end, &signal);
}

inline void detach(const std::vector<bpf_link*>& links) {
    for (bpf_link* link : links)
        bpf_link__destroy(link);
}

} // namespace bench

#endif
