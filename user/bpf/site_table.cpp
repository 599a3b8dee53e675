// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/site_table.h"

namespace unfreed::bpf {

std::uint64_t fill_sites(uf_config& config, const TraceRequest& request) {
    std::uint64_t without_room = 0;
    for (const SiteRange& site : request.sites) {
        if (!request.wants(site.object_class))
            continue;
        if (config.nr_sites == UF_SITE_MAX)
            ++without_room;
        else
            config.sites[config.nr_sites++] = {site.start, site.end,
                                               static_cast<std::uint32_t>(site.object_class), 0};
    }
    return without_room;
}

} // namespace unfreed::bpf
