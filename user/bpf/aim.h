// SPDX-License-Identifier: BSD-2-Clause
// What a trace is aimed at, in the terms of the kernel side (bpf/lib/aim.bpf.h).
#pragma once

#include "abi/config.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace unfreed::bpf {

struct Aim {
    struct Range { // half-open, of kernel text
        std::uint64_t start = 0;
        std::uint64_t end = 0;
    };
    std::vector<std::string> caches;  // every name by which the kernel may know them
    std::vector<std::uint32_t> sizes; // of kmalloc caches among them
    std::vector<Range> sites;         // where call sites lie
    std::vector<std::string> comms;
    std::vector<std::uint64_t> cgroups; // ids: inode numbers of cgroup v2 folders

    // Objects of some kinds only, whoever makes them: told at the slab tracepoints.
    bool at_what() const { return !caches.empty() || !sites.empty(); }
    // What some processes make only.
    bool at_who() const { return !comms.empty() || !cgroups.empty(); }
};

// Fails with Errc::limit where there is no room for all.
Result<> fill_aim(uf_aim& into, const Aim& aim);
// Into the map of names. Errno of the kernel, 0 for success.
int fill_aim_caches(int map_fd, const Aim& aim);

} // namespace unfreed::bpf
