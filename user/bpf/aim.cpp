// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/aim.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace unfreed::bpf {
namespace {

Result<> check_room(std::size_t count, std::size_t most, const char* what) {
    if (count > most)
        return fail(Errc::limit, fmt::format("{} {} are too many to aim at; {} are the most", count,
                                             what, most));
    return {};
}

std::uint32_t kind_if(bool given, uf_aim_kind kind) {
    return given ? static_cast<std::uint32_t>(kind) : 0;
}

} // namespace

Result<> fill_aim(uf_aim& into, const Aim& aim) {
    for (auto room : {check_room(aim.caches.size(), UF_AIM_CACHES, "slab caches (--cache)"),
                      check_room(aim.sizes.size(), UF_AIM_MAX, "sizes of kmalloc (--cache)"),
                      check_room(aim.sites.size(), UF_AIM_MAX, "call sites (--site)"),
                      check_room(aim.comms.size(), UF_AIM_MAX, "programs (--comm)"),
                      check_room(aim.cgroups.size(), UF_AIM_MAX, "cgroups (--cgroup)")})
        if (!room)
            return room;
    into = {};
    into.kinds =
        kind_if(!aim.caches.empty(), UF_AIM_CACHE) | kind_if(!aim.sites.empty(), UF_AIM_SITE) |
        kind_if(!aim.comms.empty(), UF_AIM_COMM) | kind_if(!aim.cgroups.empty(), UF_AIM_CGROUP);
    for (std::uint32_t size : aim.sizes)
        into.sizes[into.nr_sizes++] = size;
    for (const Aim::Range& site : aim.sites)
        into.sites[into.nr_sites++] = {site.start, site.end};
    for (const std::string& comm : aim.comms) // its last byte is a NUL, as the kernel's
        std::memcpy(into.comms[into.nr_comms++], comm.data(),
                    std::min(comm.size(), sizeof(into.comms[0]) - 1));
    for (std::uint64_t id : aim.cgroups)
        into.cgroups[into.nr_cgroups++] = id;
    return {};
}

int fill_aim_caches(int map_fd, const Aim& aim) {
    const std::uint32_t yes = 1;
    for (const std::string& name : aim.caches) {
        uf_aim_cache key{};
        name.copy(key.name, sizeof(key.name) - 1);
        if (bpf_map_update_elem(map_fd, &key, &yes, BPF_ANY) != 0)
            return errno;
    }
    return 0;
}

} // namespace unfreed::bpf
