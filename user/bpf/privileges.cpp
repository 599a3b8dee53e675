// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/privileges.h"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace unfreed::bpf {
namespace {

constexpr int kCapSysAdmin = 21;
constexpr int kCapPerfmon = 38; // 5.8
constexpr int kCapBpf = 39;     // 5.8

Result<std::uint64_t> effective_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0)
        return fail_errno(Errc::internal, errno, "cannot read the capabilities of this process");
    return (std::uint64_t{data[1].effective} << 32) | data[0].effective;
}

} // namespace

Result<> check_privileges() {
    auto caps = effective_capabilities();
    if (!caps)
        return fail(caps.error());
    auto has = [&](int cap) { return ((*caps >> cap) & 1) != 0; };
    if (has(kCapSysAdmin))
        return {};
    std::string missing;
    if (!has(kCapBpf))
        missing += "CAP_BPF";
    if (!has(kCapPerfmon))
        missing += missing.empty() ? "CAP_PERFMON" : " and CAP_PERFMON";
    if (missing.empty())
        return {};
    return fail(Errc::permission, "tracing the kernel needs " + missing +
                                      ", which this process does not have; run it as root or with "
                                      "these capabilities (or CAP_SYS_ADMIN)");
}

Result<> check_kernel_btf() {
    if (::access("/sys/kernel/btf/vmlinux", R_OK) == 0)
        return {};
    return fail_errno(
        Errc::unsupported, errno,
        "cannot read /sys/kernel/btf/vmlinux, the type information of the running "
        "kernel; unfreed needs a kernel with CONFIG_DEBUG_INFO_BTF=y and /sys mounted");
}

Result<> check_pid_namespace() {
    // PROC_PID_INIT_INO, include/linux/proc_ns.h
    constexpr std::uint64_t kInitialNamespace = 0xEFFFFFFC;
    struct stat status {};
    if (::stat("/proc/self/ns/pid", &status) != 0)
        return fail_errno(Errc::unsupported, errno,
                          "cannot read /proc/self/ns/pid; unfreed needs /proc mounted");
    if (status.st_ino == kInitialNamespace)
        return {};
    return fail(Errc::unsupported,
                "unfreed runs in a PID namespace of its own (a container), where process numbers "
                "are not those of the kernel; run it on the host, or in a container that shares "
                "the host's PID namespace (docker: --pid=host, Kubernetes: hostPID: true)");
}

} // namespace unfreed::bpf
