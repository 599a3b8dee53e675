// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/hook_table.h"

namespace unfreed::bpf {
namespace {

constexpr std::nullopt_t UF_ANY = std::nullopt;
constexpr Edition UF_CURRENT = Edition::current;
constexpr Edition UF_LEGACY_ONLY = Edition::legacy;

constexpr Variant kVariants[] = {
#define UF_HOOK(id, object_class, stage, essential, tested, edition)
#define UF_VARIANT(id, kind, target, program, copies, edition)                                     \
    {UF_HOOK_##id, AttachKind::kind, target, program, copies, edition},
#include "abi/hooks.def"
};

constexpr HookInfo kHooks[UF_HOOK_COUNT] = {
#define UF_HOOK(id, object_class, stage, essential, tested, edition)                               \
    {UF_HOOK_##id, #object_class, stage, essential, tested, edition},
#define UF_VARIANT(id, kind, target, program, copies, edition)
#include "abi/hooks.def"
};

} // namespace

std::span<const Variant> all_variants() {
    return kVariants;
}
const HookInfo& hook_info(uf_hook hook) {
    return kHooks[hook];
}

} // namespace unfreed::bpf
