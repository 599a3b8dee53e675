// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/features.h"

#include "base/unique_fd.h"
#include "bpf/handles.h"
#include "bpf/libbpf_log.h"
#include "bpf/open_options.h"
#include "bpf/refusal.h"
#include "features.skel.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cstring>
#include <optional>

namespace unfreed::bpf {
namespace {

struct SkeletonDelete {
    void operator()(features_bpf* skeleton) const { features_bpf::destroy(skeleton); }
};
using SkeletonPtr = std::unique_ptr<features_bpf, SkeletonDelete>;

constexpr std::array<const char*, kAttachKinds> kPrograms = {
    "try_raw_tp", "try_fentry", "try_fexit", "try_lsm", "try_kprobe", "try_kretprobe"};

// Passes every program of features.bpf.c.
void make_socket() {
    UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

KernelFeatures::Support try_kind(const char* name) {
    SkeletonPtr skeleton(features_bpf::open(open_options()));
    if (!skeleton)
        return {false, "cannot open the feature probe"};
    bpf_program* program = bpf_object__find_program_by_name(skeleton->obj, name);
    if (program == nullptr)
        return {false, "the feature probe lacks this program"};
    bpf_program__set_autoload(program, true);
    if (int error = features_bpf::load(skeleton.get()); error != 0)
        return {false, fmt::format("the kernel refuses to load it ({})", std::strerror(-error))};
    if (skeleton->bss == nullptr) // its probe for that may fail for want of memory
        return {false, "libbpf cannot map the variables of a program"};
    LinkPtr link(bpf_program__attach(program));
    if (!link)
        return {false, fmt::format("the kernel refuses to attach it ({})", std::strerror(errno))};
    make_socket();
    if (!static_cast<volatile bool&>(skeleton->bss->called))
        return {false, "it attaches, but the kernel never calls it"};
    return {true, {}};
}

// What a kernel can do at the exit of a function only if it can at its entry: the same type of
// program, attached by the same means. Each try opens an object and reads all types of the kernel.
std::optional<AttachKind> needs(AttachKind kind) {
    if (kind == AttachKind::fexit)
        return AttachKind::fentry;
    if (kind == AttachKind::kretprobe)
        return AttachKind::kprobe;
    return std::nullopt;
}

} // namespace

std::string_view to_string(AttachKind kind) {
    constexpr std::array<std::string_view, kAttachKinds> names = {"raw_tp", "fentry", "fexit",
                                                                  "lsm",    "kprobe", "kretprobe"};
    return names[static_cast<std::size_t>(kind)];
}

Result<KernelFeatures> KernelFeatures::probe() {
    KernelFeatures features;
    for (std::size_t kind = 0; kind < kAttachKinds; ++kind) {
        const auto entry = needs(static_cast<AttachKind>(kind));
        features.support_[kind] = entry && !features.support(*entry).usable
                                      ? features.support(*entry)
                                      : try_kind(kPrograms[kind]);
    }
    const std::string warnings = take_libbpf_warnings();
    const Support& raw_tp = features.support(AttachKind::raw_tp);
    if (!raw_tp.usable)
        return fail(Errc::unsupported,
                    fmt::format("this kernel does not let unfreed attach raw tracepoints: {}; "
                                "tracing may be forbidden here by kernel lockdown, a security "
                                "module or the limits of a container (seccomp){}{}",
                                raw_tp.reason, warnings.empty() ? "" : "; ",
                                telling_line(warnings)));
    return features;
}

bool KernelFeatures::disable(std::string_view kind) {
    const Support off{false, "switched off by --without"};
    if (kind == "fentry") {
        set(AttachKind::fentry, off);
        set(AttachKind::fexit, off);
    } else if (kind == "lsm") {
        set(AttachKind::lsm, off);
    } else if (kind == "kprobe") {
        set(AttachKind::kprobe, off);
        set(AttachKind::kretprobe, off);
    } else {
        return false;
    }
    return true;
}

} // namespace unfreed::bpf
