// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The one definition of the maps and globals that lib/maps.bpf.h declares. */
#define UF_DEFINE_MAPS
#include "lib/maps.bpf.h"

const volatile struct uf_config cfg = {};
struct uf_state run_state = {};
#ifdef UF_LEGACY
__u32 locks[UF_LOCKS] = {};
__u64 own_address = 0; /* of itself; lib/compat.bpf.h */
#endif

/* Keeps the records in the type information, where tests/abi compares them with user space's. */
const struct uf_rec_origin *record_origin __attribute__((unused));
const struct uf_rec_stage *record_stage __attribute__((unused));
const struct uf_rec_free *record_free __attribute__((unused));
const struct uf_rec_charged *record_charged __attribute__((unused));
const struct uf_rec_given_up *record_given_up __attribute__((unused));
const struct uf_rec_user_stack *record_user_stack __attribute__((unused));
const struct uf_rec_process *record_process __attribute__((unused));

char LICENSE[] SEC("license") = "Dual BSD/GPL";
