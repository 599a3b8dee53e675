// SPDX-License-Identifier: BSD-2-Clause
#include "base/capabilities.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace unfreed {
namespace {

// In a process of its own: what is given up is gone for good.
void in_a_child(const std::function<bool()>& holds) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0)
        ::_exit(holds() ? 0 : 1);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

bool is_root() {
    const auto now = read_capabilities();
    return now && now->effective.has(Capability::sys_admin) &&
           now->effective.has(Capability::kill) && now->effective.has(Capability::setpcap);
}

TEST(Capabilities, SetsOfThem) {
    constexpr CapabilitySet set{Capability::kill, Capability::bpf};
    EXPECT_EQ(set.bits(), std::uint64_t{1} << 5 | std::uint64_t{1} << 39);
    EXPECT_TRUE(set.has(Capability::bpf));
    EXPECT_FALSE(set.has(Capability::sys_admin));
    EXPECT_EQ(set.without({Capability::kill}), CapabilitySet{Capability::bpf});
    EXPECT_EQ(set.within({Capability::kill, Capability::syslog}), CapabilitySet{Capability::kill});
}

TEST(Capabilities, WhatIsGivenUpIsGone) {
    if (!is_root())
        GTEST_SKIP() << "has no capabilities to give up";
    in_a_child([] {
        if (!reduce_capabilities({Capability::kill}, {Capability::kill, Capability::sys_admin}))
            return false;
        const auto now = read_capabilities();
        return now && now->effective == CapabilitySet{Capability::kill} &&
               now->permitted == CapabilitySet{Capability::kill, Capability::sys_admin} &&
               ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
               ::prctl(PR_CAPBSET_READ, 12 /* CAP_NET_ADMIN */, 0, 0, 0) == 0 &&
               ::prctl(PR_CAPBSET_READ, 5 /* CAP_KILL */, 0, 0, 0) == 1;
    });
}

TEST(Capabilities, APermittedOneIsRaisedForAWhile) {
    if (!is_root())
        GTEST_SKIP() << "has no capabilities to give up";
    in_a_child([] {
        if (!reduce_capabilities({}, {Capability::sys_admin}))
            return false;
        const auto has = [] {
            const auto now = read_capabilities();
            return now && now->effective.has(Capability::sys_admin);
        };
        bool during = false;
        {
            const RaisedCapability raised(Capability::sys_admin);
            during = has();
            const RaisedCapability not_permitted(Capability::kill);
            const auto now = read_capabilities();
            during = during && now && !now->effective.has(Capability::kill);
        }
        return during && !has();
    });
}

// With none at all it does nothing, and that is no error: it must not end a trace.
TEST(Capabilities, WithoutAnyThereIsNothingToGiveUp) {
    in_a_child([] { return reduce_capabilities({}, {}) && reduce_capabilities({}, {}); });
}

} // namespace
} // namespace unfreed
