// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/aim.h"

#include <gtest/gtest.h>

#include <cstring>

namespace unfreed::bpf {
namespace {

TEST(AimTest, NothingIsAimedAtByDefault) {
    uf_aim aim{};
    ASSERT_TRUE(fill_aim(aim, {}));
    EXPECT_EQ(aim.kinds, 0U);
}

TEST(AimTest, HasWhatWasAsked) {
    Aim wanted;
    wanted.caches = {"TCP"};
    wanted.sizes = {64};
    wanted.sites = {{0x10, 0x20}};
    wanted.comms = {"nginx", "a-name-that-is-too-long"};
    wanted.cgroups = {7};
    uf_aim aim{};
    ASSERT_TRUE(fill_aim(aim, wanted));
    EXPECT_EQ(aim.kinds, UF_U32(UF_AIM_CACHE | UF_AIM_SITE | UF_AIM_COMM | UF_AIM_CGROUP));
    EXPECT_EQ(aim.nr_comms, 2U);
    char comm[16];
    std::memcpy(comm, aim.comms[0], sizeof(comm));
    EXPECT_STREQ(comm, "nginx");
    std::memcpy(comm, aim.comms[1], sizeof(comm));
    EXPECT_STREQ(comm, "a-name-that-is-"); // what the kernel keeps of it
    EXPECT_EQ(aim.sites[0].end, 0x20U);
    EXPECT_EQ(aim.cgroups[0], 7U);
    EXPECT_EQ(aim.sizes[0], 64U);
}

TEST(AimTest, SaysWhatHasNoRoom) {
    Aim wanted;
    wanted.comms.assign(UF_AIM_MAX + 1, "one");
    uf_aim aim{};
    const auto filled = fill_aim(aim, wanted);
    ASSERT_FALSE(filled);
    EXPECT_NE(filled.error().message.find("--comm"), std::string::npos);
}

} // namespace
} // namespace unfreed::bpf
