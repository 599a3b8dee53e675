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

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>
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

KernelFeatures::Support try_program(const char* name) {
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

// The smallest program of the kind that hooks a function by its type, without libbpf, which would
// read all types of the kernel once more only to be refused. nullopt: it may be loaded.
std::optional<KernelFeatures::Support> refusal(AttachKind kind, const btf* types) {
    const bool is_lsm = kind == AttachKind::lsm;
    if (types == nullptr || (!is_lsm && kind != AttachKind::fentry))
        return std::nullopt;
    const int function = btf__find_by_name_kind(
        types, is_lsm ? "bpf_lsm_sk_alloc_security" : "sock_alloc_file", BTF_KIND_FUNC);
    if (function <= 0)
        return std::nullopt; // the full try has the better words
    const bpf_insn nothing[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K,
         .dst_reg = BPF_REG_0,
         .src_reg = 0,
         .off = 0,
         .imm = 0},
        {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
    bpf_prog_load_opts options{};
    options.sz = sizeof(options);
    options.expected_attach_type = is_lsm ? BPF_LSM_MAC : BPF_TRACE_FENTRY;
    options.attach_btf_id = static_cast<std::uint32_t>(function);
    const UniqueFd loaded(::bpf_prog_load(is_lsm ? BPF_PROG_TYPE_LSM : BPF_PROG_TYPE_TRACING,
                                          "unfreed_try", "Dual BSD/GPL", nothing,
                                          std::size(nothing), &options));
    if (loaded.get() >= 0)
        return std::nullopt;
    return KernelFeatures::Support{
        false, fmt::format("the kernel refuses to load it ({})", std::strerror(errno))};
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

KernelFeatures::Support try_kind(AttachKind kind, const KernelFeatures& known, const btf* types) {
    if (const auto entry = needs(kind); entry && !known.support(*entry).usable)
        return known.support(*entry);
    if (const auto refused = refusal(kind, types))
        return *refused;
    return try_program(kPrograms[static_cast<std::size_t>(kind)]);
}

} // namespace

std::string_view to_string(AttachKind kind) {
    constexpr std::array<std::string_view, kAttachKinds> names = {"raw_tp", "fentry", "fexit",
                                                                  "lsm",    "kprobe", "kretprobe"};
    return names[static_cast<std::size_t>(kind)];
}

Result<KernelFeatures> KernelFeatures::probe(const KernelTypes& types) {
    KernelFeatures features;
    for (std::size_t kind = 0; kind < kAttachKinds; ++kind)
        features.support_[kind] = try_kind(static_cast<AttachKind>(kind), features, types.get());
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
