// SPDX-License-Identifier: BSD-2-Clause
// Files of /proc whose lines any process makes: what it has mapped and mounted.
#include "fuzz.h"
#include "sock_diag/netns.h"
#include "symbolize/mounts.h"
#include "symbolize/process_maps.h"
#include "symbolize/unseen_users.h"

using namespace unfreed;

namespace {

void check_maps(std::string_view text) {
    ProcessMaps maps = ProcessMaps::parse(text);
    maps.keep_files_of(ProcessMaps::parse(text.substr(text.size() / 2), 42));
    fuzz::require(maps.mappings().size() <= ProcessMaps::kMostMappings);
    std::uint64_t last = 0;
    for (const Mapping& mapping : maps.mappings()) {
        fuzz::require(mapping.start >= last && mapping.end > mapping.start);
        fuzz::require(maps.find(mapping.start) != nullptr);
        (void)maps.candidates(mapping);
        last = mapping.start;
    }
    (void)maps.find(~std::uint64_t{0});
}

} // namespace

FUZZ(process_texts, input) {
    const unsigned chosen = fuzz::choice(input);
    const std::string_view text = fuzz::text(input);
    switch (chosen % 5) {
    case 0:
        check_maps(text);
        break;
    case 1: {
        const Mounts mounts = Mounts::parse(text);
        (void)mounts.full_path(1, "/a/b");
        (void)mounts.references(8 << 20 | 17, "/srv/www");
        break;
    }
    case 2:
        (void)UnseenUsers::directories(text, text);
        (void)UnseenUsers::swap_files(text);
        (void)UnseenUsers::loop_devices(text);
        break;
    case 3:
        (void)netns_of_mounts(text);
        break;
    default:
        (void)netns_of_link(text);
    }
}
