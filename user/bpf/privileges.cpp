// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/privileges.h"

#include "base/capabilities.h"
#include "base/read_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>

namespace unfreed::bpf {
namespace {

// The inode numbers of the namespaces that a host begins with (include/linux/proc_ns.h).
constexpr std::uint64_t kInitialUser = 0xEFFFFFFD;
constexpr std::uint64_t kInitialPid = 0xEFFFFFFC;

// Nothing: this kernel has no such namespaces (or there is no /proc).
std::optional<std::uint64_t> namespace_inode(const char* path) {
    struct stat status {};
    if (::stat(path, &status) != 0)
        return std::nullopt;
    return status.st_ino;
}

// Capabilities of another user namespace are worth nothing to bpf(2) and perf_event_open(2).
Result<> check_user_namespace() {
    const auto inode = namespace_inode("/proc/self/ns/user");
    if (!inode || *inode == kInitialUser)
        return {};
    return fail(Errc::permission,
                "unfreed runs in a user namespace (a rootless container, unshare -U), where root "
                "may not trace the kernel; run it as root of the host, or in a container without "
                "a user namespace of its own (docker: --userns=host, Kubernetes: hostUsers: true)");
}

// security/lockdown: LOCKDOWN_BPF_READ_KERNEL is of that level, LOCKDOWN_BPF_WRITE_USER of the one
// below, which takes nothing from this tool.
Result<> check_lockdown() {
    const auto lockdown = read_file("/sys/kernel/security/lockdown");
    if (!lockdown || !is_confidential(*lockdown))
        return {};
    return fail(
        Errc::unsupported,
        "this kernel is locked down (lockdown=confidentiality), which forbids every "
        "program to read the kernel's memory; start it with lockdown=integrity, or without");
}

} // namespace

bool is_confidential(std::string_view lockdown) {
    return lockdown.find("[confidentiality]") != std::string_view::npos;
}

Result<> check_privileges() {
    if (auto initial = check_user_namespace(); !initial)
        return initial;
    const auto caps = read_capabilities();
    if (!caps)
        return fail(caps.error());
    const CapabilitySet& has = caps->effective;
    if (has.has(Capability::sys_admin))
        return check_lockdown();
    std::string missing;
    if (!has.has(Capability::bpf))
        missing += "CAP_BPF";
    if (!has.has(Capability::perfmon))
        missing += missing.empty() ? "CAP_PERFMON" : " and CAP_PERFMON";
    if (missing.empty())
        return check_lockdown();
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
    const auto inode = namespace_inode("/proc/self/ns/pid");
    if (inode == kInitialPid)
        return {};
    if (!inode) {
        // Without CONFIG_PID_NS there is one only.
        if (::access("/proc/self/stat", F_OK) == 0)
            return {};
        return fail_errno(Errc::unsupported, errno,
                          "cannot read /proc/self; unfreed needs /proc mounted");
    }
    return fail(Errc::unsupported,
                "unfreed runs in a PID namespace of its own (a container), where process numbers "
                "are not those of the kernel; run it on the host, or in a container that shares "
                "the host's PID namespace (docker: --pid=host, Kubernetes: hostPID: true)");
}

} // namespace unfreed::bpf
