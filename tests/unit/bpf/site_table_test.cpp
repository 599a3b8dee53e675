// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/site_table.h"

#include <gtest/gtest.h>

namespace unfreed::bpf {
namespace {

TraceRequest with_sites(unsigned sockets, unsigned dentries) {
    TraceRequest request;
    request.classes = {ObjectClass::socket, ObjectClass::slab};
    for (unsigned i = 0; i < dentries; ++i)
        request.sites.push_back({0x9000 + i, 0x9001 + i, ObjectClass::dentry});
    for (unsigned i = 0; i < sockets; ++i)
        request.sites.push_back({0x1000 + i, 0x1001 + i, ObjectClass::socket});
    return request;
}

TEST(SiteTable, HasTheSitesOfWantedClasses) {
    uf_config config{};
    EXPECT_EQ(fill_sites(config, with_sites(2, UF_SITE_MAX)), 0U);
    ASSERT_EQ(config.nr_sites, 2U);
    EXPECT_EQ(config.sites[1].start, 0x1001U);
    EXPECT_EQ(config.sites[1].end, 0x1002U);
    EXPECT_EQ(config.sites[1].object_class, UF_U32(UF_CLASS_SOCKET));
}

TEST(SiteTable, CountsWhatHasNoRoom) {
    uf_config config{};
    EXPECT_EQ(fill_sites(config, with_sites(UF_SITE_MAX, 0)), 0U);
    uf_config full{};
    EXPECT_EQ(fill_sites(full, with_sites(UF_SITE_MAX + 3, 5)), 3U);
    EXPECT_EQ(full.nr_sites, UF_U32(UF_SITE_MAX));
}

} // namespace
} // namespace unfreed::bpf
