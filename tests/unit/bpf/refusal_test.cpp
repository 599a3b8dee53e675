// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/privileges.h"
#include "bpf/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace unfreed::bpf {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kOfTheVerifier =
    "libbpf: prog 'process_fork': BPF program load failed: Invalid argument\n"
    "libbpf: prog 'process_fork': -- BEGIN PROG LOAD LOG --\n"
    "12: (85) call bpf_probe_read_kernel#113\n"
    "unknown func bpf_probe_read_kernel#113\n"
    "processed 12 insns (limit 1000000) max_states_per_insn 0 total_states 0\n"
    "-- END PROG LOAD LOG --\n"
    "libbpf: failed to load object 'unfreed_bpf'\n";

TEST(Refusal, TheVerifiersLastWordIsTold) {
    EXPECT_EQ(telling_line(kOfTheVerifier), "unknown func bpf_probe_read_kernel#113");
    EXPECT_EQ(telling_line("libbpf: a\nlibbpf: b\n"), "libbpf: a");
    EXPECT_EQ(telling_line(""), "");
    const Error error = refusal(EINVAL, "the BPF programs", kOfTheVerifier);
    EXPECT_EQ(error.code, Errc::unsupported);
    EXPECT_THAT(error.message,
                AllOf(HasSubstr("the kernel refuses the BPF programs: Invalid argument; unknown "
                                "func bpf_probe_read_kernel#113; please report"),
                      Not(HasSubstr("\n"))));
}

TEST(Refusal, OfMemoryNamesTheOptions) {
    const Error error = refusal(ENOMEM, "the BPF programs",
                                "libbpf: Error in bpf_create_map_xattr(objects): Cannot allocate "
                                "memory(-12). Retrying without BTF.\n");
    EXPECT_EQ(error.code, Errc::limit);
    EXPECT_THAT(error.message, AllOf(HasSubstr("--max-objects"), HasSubstr("--ring-size"),
                                     HasSubstr("memory cgroup"), Not(HasSubstr("libbpf"))));
}

TEST(Refusal, OfPermissionNamesWhoMayForbidIt) {
    EXPECT_EQ(refusal(EPERM, "the BPF programs", "").code, Errc::permission);
    EXPECT_THAT(refusal(EPERM, "the BPF programs", "").message, HasSubstr("lockdown"));
    // The verifier says so, too, of an access that it does not permit.
    EXPECT_THAT(refusal(EACCES, "the BPF programs", kOfTheVerifier).message,
                HasSubstr("unknown func"));
}

TEST(Lockdown, ConfidentialIsTheLevelInBrackets) {
    EXPECT_TRUE(is_confidential("none integrity [confidentiality]\n"));
    EXPECT_FALSE(is_confidential("none [integrity] confidentiality\n"));
    EXPECT_FALSE(is_confidential("[none] integrity confidentiality\n"));
    EXPECT_FALSE(is_confidential(""));
}

} // namespace
} // namespace unfreed::bpf
