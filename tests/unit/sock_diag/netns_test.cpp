// SPDX-License-Identifier: BSD-2-Clause
#include "sock_diag/netns.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>

namespace unfreed {
namespace {

TEST(Netns, InodeOfALink) {
    EXPECT_EQ(netns_of_link("net:[4026531840]"), 4026531840u);
    EXPECT_EQ(netns_of_link("mnt:[4026531840]"), 0u);
    EXPECT_EQ(netns_of_link("net:[12"), 0u);
    EXPECT_EQ(netns_of_link("net:[x]"), 0u);
    EXPECT_EQ(netns_of_link(""), 0u);
}

TEST(Netns, ThatAreBoundToFiles) {
    const auto found = netns_of_mounts(
        "22 27 0:21 / /proc rw,nosuid - proc proc rw\n"
        "301 26 0:4 net:[4026532288] /run/netns/blue\\040one rw shared:9 - nsfs nsfs rw\n"
        "302 26 0:4 mnt:[4026532299] /run/mnt rw - nsfs nsfs rw\n"
        "303 26 0:4 net:[4026532300] /run/netns/red rw - nsfs nsfs rw");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].inode, 4026532288u);
    EXPECT_EQ(found[0].paths.at(0), "/run/netns/blue one");
    EXPECT_EQ(found[1].inode, 4026532300u);
    EXPECT_EQ(found[1].paths.at(0), "/run/netns/red");
}

TEST(Netns, TheCallersIsTheFirst) {
    const auto found = find_network_namespaces().found;
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found[0].paths.at(0), "/proc/self/ns/net");
    for (std::size_t i = 1; i < found.size(); ++i) {
        EXPECT_NE(found[i].inode, found[0].inode);
        EXPECT_FALSE(found[i].paths.empty());
    }
}

std::vector<NetworkNamespace> own_namespace() {
    auto found = find_network_namespaces().found;
    found.resize(1);
    return found;
}

TEST(Netns, OneThatCannotBeEnteredIsCountedAndNotVisited) {
    auto wanted = own_namespace();
    wanted.push_back({1, {"/proc/self/ns/none"}});             // ended
    wanted.push_back({2, {"/proc/self/ns/net"}});              // its file stands for another by now
    wanted.push_back({3, {"/proc/self/ns/none/net", "/dev"}}); // neither file stands for it
    std::vector<std::uint64_t> visited;
    const NetnsVisit visit =
        in_each_netns(wanted, [&](const NetworkNamespace& one) { visited.push_back(one.inode); });
    EXPECT_EQ(visited, std::vector{wanted[0].inode});
    EXPECT_EQ(visit.entered, std::set{wanted[0].inode});
    EXPECT_EQ(visit.gone, 3u);
    EXPECT_EQ(visit.refused, 0u);
}

// No descriptor is left: what cannot be opened exists all the same.
// UBSan asks by a pipe of its own whether an object is there, and calls it a fault if it gets none.
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define UNFREED_SANITIZER_NEEDS_DESCRIPTORS
#endif
#endif

TEST(Netns, WithoutADescriptorTheyAreRefusedNotGone) {
#ifdef UNFREED_SANITIZER_NEEDS_DESCRIPTORS
    GTEST_SKIP() << "the sanitizer needs descriptors; the other build runs this";
#endif
    auto wanted = own_namespace();
    wanted.push_back({1, {"/proc/self/ns/net"}});
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{3, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const NetnsVisit visit = in_each_netns(wanted, [](const NetworkNamespace&) {});
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(visit.entered.size(), 1u);
    EXPECT_EQ(visit.refused, 1u);
    EXPECT_EQ(visit.error, EMFILE);
}

// A process without a free PID in its cgroup gets EAGAIN; this one gets it of a filter.
bool forbid_threads() {
    std::array<sock_filter, 5> code{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog filter{code.size(), code.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST(Netns, WithoutAThreadTheCallersOwnIsVisited) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        if (!forbid_threads())
            ::_exit(2);
        auto wanted = own_namespace();
        wanted.push_back({1, {"/proc/1/ns/net"}});
        std::size_t visited = 0;
        const NetnsVisit visit = in_each_netns(wanted, [&](const NetworkNamespace&) { ++visited; });
        ::_exit(visited == 1 && visit.refused == 1 && visit.entered.contains(wanted[0].inode) ? 0
                                                                                              : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << status;
    if (WEXITSTATUS(status) == 2)
        GTEST_SKIP() << "no seccomp on this host";
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

// Who may not look at its process knows at least that there is one more.
TEST(Netns, OnesOfHiddenProcessesAreCounted) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root";
    std::array<int, 2> ready{};
    ASSERT_EQ(::pipe(ready.data()), 0);
    const pid_t inside = ::fork();
    if (inside == 0) {
        char made = ::unshare(CLONE_NEWNET) == 0 ? 'y' : 'n';
        (void)!::write(ready[1], &made, 1);
        ::pause();
        ::_exit(0);
    }
    char made = 0;
    ASSERT_EQ(::read(ready[0], &made, 1), 1);
    if (made == 'y') {
        const std::size_t hidden_from_root = find_network_namespaces().hidden;
        const pid_t nobody = ::fork();
        if (nobody == 0) {
            const bool is_nobody = ::setgid(65534) == 0 && ::setuid(65534) == 0;
            ::_exit(is_nobody && find_network_namespaces().hidden > hidden_from_root ? 0 : 1);
        }
        int status = -1;
        ::waitpid(nobody, &status, 0);
        EXPECT_EQ(status, 0) << "the namespace of a process that is hidden";
    }
    ::kill(inside, SIGKILL);
    ::waitpid(inside, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    if (made != 'y')
        GTEST_SKIP() << "no network namespace can be made";
}

} // namespace
} // namespace unfreed
