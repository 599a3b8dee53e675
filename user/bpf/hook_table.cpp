// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/hook_table.h"

namespace unfreed::bpf {
namespace {

using K = AttachKind;
constexpr Edition kCurrent = Edition::current;
constexpr Edition kLegacy = Edition::legacy;

// clang-format off
constexpr Variant kVariants[] = {
    {UF_HOOK_SLAB_ALLOC_CACHE,   K::raw_tp, "kmem_cache_alloc", "slab_alloc_cache",   true},
    {UF_HOOK_SLAB_ALLOC_KMALLOC, K::raw_tp, "kmalloc",          "slab_alloc_kmalloc", true},
    {UF_HOOK_SLAB_FREE_CACHE,    K::raw_tp, "kmem_cache_free",  "slab_free_cache",    true, kCurrent},
    // Before 6.1 the tracepoint comes after the free.
    {UF_HOOK_SLAB_FREE_CACHE,    K::fentry, "kmem_cache_free",  "slab_free_cache_entry", true, kLegacy},
    {UF_HOOK_SLAB_ALLOC_CACHE_NODE,   K::raw_tp, "kmem_cache_alloc_node", "slab_alloc_cache_node",   true, kLegacy},
    {UF_HOOK_SLAB_ALLOC_KMALLOC_NODE, K::raw_tp, "kmalloc_node",          "slab_alloc_kmalloc_node", true, kLegacy},
    {UF_HOOK_SLAB_FREE_KFREE,    K::raw_tp, "kfree",            "slab_free_kfree",    true},
    {UF_HOOK_SLAB_ALLOC_BULK, K::fexit,  "kmem_cache_alloc_bulk_noprof", "slab_alloc_bulk_noprof", true},
    {UF_HOOK_SLAB_ALLOC_BULK, K::fexit,  "kmem_cache_alloc_bulk",        "slab_alloc_bulk",        true},
    {UF_HOOK_SLAB_ALLOC_NOLOCK, K::fexit, "kmalloc_nolock_noprof",       "slab_alloc_nolock",    true, kCurrent},
    {UF_HOOK_SLAB_ALLOC_NOLOCK, K::fexit, "_kmalloc_nolock_noprof",      "slab_alloc_nolock_v7", true, kCurrent},
    {UF_HOOK_SLAB_FREE_BULK,  K::fentry, "kmem_cache_free_bulk",         "slab_free_bulk",         true},
    {UF_HOOK_SLAB_FREE_BULK,  K::kprobe, "kmem_cache_free_bulk",         "slab_free_bulk_kprobe",  false},
    {UF_HOOK_SLAB_FREE_SHEAF, K::fentry, "rcu_free_sheaf",               "slab_free_sheaf",        true},
    {UF_HOOK_SLAB_FREE_SHEAF_NOBARN, K::fentry, "rcu_free_sheaf_nobarn", "slab_free_sheaf_nobarn", true},
    {UF_HOOK_SLAB_FREE_NOLOCK, K::fentry, "kfree_nolock",                "slab_free_nolock",       true, kCurrent},
    {UF_HOOK_SLAB_FREE_RCU,   K::fentry, "kvfree_call_rcu",              "slab_free_rcu",          false},
    {UF_HOOK_SLAB_FREE_RCU,   K::kprobe, "kvfree_call_rcu",              "slab_free_rcu_kprobe",   false},

    {UF_HOOK_SOCKET_ALLOC, K::lsm,       "sk_alloc_security", "socket_alloc_lsm",       false},
    {UF_HOOK_SOCKET_ALLOC, K::fexit,     "sk_alloc",          "socket_alloc",           true},
    {UF_HOOK_SOCKET_ALLOC, K::kretprobe, "sk_alloc",          "socket_alloc_kretprobe", false},
    {UF_HOOK_SOCKET_FREE,  K::lsm,       "sk_free_security",  "socket_free_lsm",        false},
    {UF_HOOK_SOCKET_FREE,  K::fentry,    "__sk_destruct",     "socket_free",            true},
    {UF_HOOK_SOCKET_FREE,  K::kprobe,    "__sk_destruct",     "socket_free_kprobe",     false},
    {UF_HOOK_SOCKET_DESCRIBE, K::fexit,  "sk_alloc",          "socket_describe",        false},
    {UF_HOOK_SOCKET_CLONE, K::fexit,     "sk_clone_lock",     "socket_clone",           false},
    {UF_HOOK_SOCKET_CLONE, K::fexit,     "sk_clone",          "socket_clone_v7",        false},
    {UF_HOOK_SOCKET_CLONE, K::kretprobe, "sk_clone_lock",     "socket_clone_kretprobe", false},

    {UF_HOOK_SOCKET_ACCEPT,      K::fexit,     "do_accept",             "socket_accept",            false},
    {UF_HOOK_SOCKET_ACCEPT,      K::kretprobe, "do_accept",             "socket_accept_kretprobe",  false},
    {UF_HOOK_SOCKET_ACCEPT,      K::raw_tp,    "sys_exit",              "socket_accept_sys_exit",   false},
    {UF_HOOK_SOCKET_CLOSE,       K::fentry,    "sock_close",            "socket_close",             false},
    {UF_HOOK_SOCKET_CLOSE,       K::kprobe,    "sock_close",            "socket_close_kprobe",      false},
    {UF_HOOK_SOCKET_CLOSE,       K::raw_tp,    "sys_enter",             "socket_close_sys_enter",   false},
    {UF_HOOK_SOCKET_TCP_CLOSE,   K::fentry,    "tcp_close",             "socket_tcp_close",         false},
    {UF_HOOK_SOCKET_TCP_CLOSE,   K::kprobe,    "tcp_close",             "socket_tcp_close_kprobe",  false},
    {UF_HOOK_SOCKET_DESTROY,     K::raw_tp,    "tcp_destroy_sock",      "socket_destroy",           false},
    {UF_HOOK_SOCKET_KILL_QUEUES, K::fexit,     "sk_stream_kill_queues", "socket_kill_queues",       false},
    {UF_HOOK_SOCKET_KILL_QUEUES, K::kprobe,    "sk_stream_kill_queues", "socket_kill_queues_kprobe", false},
    {UF_HOOK_SOCKET_DESTRUCT,    K::fexit,     "inet_sock_destruct",    "socket_destruct",          false},
    {UF_HOOK_SOCKET_DESTRUCT,    K::kprobe,    "security_sk_free",      "socket_destruct_kprobe",   false},

    {UF_HOOK_DENTRY_ALLOC, K::fexit,     "__d_alloc",   "dentry_alloc",           true},
    {UF_HOOK_DENTRY_ALLOC, K::kretprobe, "__d_alloc",   "dentry_alloc_kretprobe", false},
    {UF_HOOK_DENTRY_FREE,  K::fentry,    "dentry_free", "dentry_free",            true},
    {UF_HOOK_DENTRY_FREE,  K::kprobe,    "dentry_free", "dentry_free_kprobe",     false},
    {UF_HOOK_DENTRY_LRU,   K::fentry,    "d_lru_add",   "dentry_lru",             false},
    {UF_HOOK_DENTRY_LRU,   K::kprobe,    "d_lru_add",   "dentry_lru_kprobe",      false},
    {UF_HOOK_DENTRY_DPUT,  K::fentry,    "dput",        "dentry_dput",            false},
    {UF_HOOK_DENTRY_DPUT,  K::kprobe,    "dput",        "dentry_dput_kprobe",     false},

    {UF_HOOK_PROCESS_FORK, K::raw_tp, "sched_process_fork", "process_fork", false},
    {UF_HOOK_PROCESS_EXEC, K::raw_tp, "sched_process_exec", "process_exec", false},
    {UF_HOOK_PROCESS_EXIT, K::raw_tp, "sched_process_exit", "process_exit", false},

    {UF_HOOK_CALL_RCU,       K::fentry, "call_rcu",                "given_up_rcu",       false},
    {UF_HOOK_CALL_RCU_HURRY, K::fentry, "call_rcu_hurry",          "given_up_rcu_hurry", false},
    {UF_HOOK_WORK_QUEUED,    K::raw_tp, "workqueue_queue_work",    "work_queued",        false},
    {UF_HOOK_WORK_BEGUN,     K::raw_tp, "workqueue_execute_start", "work_begun",         false},
};

constexpr HookInfo kHooks[UF_HOOK_COUNT] = {
    {UF_HOOK_SLAB_ALLOC_CACHE,   "slab",    "birth",         true},
    {UF_HOOK_SLAB_ALLOC_KMALLOC, "slab",    "birth",         true},
    {UF_HOOK_SLAB_FREE_CACHE,    "slab",    "death",         true},
    {UF_HOOK_SLAB_FREE_KFREE,    "slab",    "death",         true},
    {UF_HOOK_SLAB_ALLOC_BULK,    "slab",    "birth in bulk", false, false},
    {UF_HOOK_SLAB_ALLOC_NOLOCK,  "slab",    "birth without lock", false, false},
    {UF_HOOK_SLAB_FREE_BULK,     "slab",    "death in bulk", false, false},
    {UF_HOOK_SLAB_FREE_SHEAF,    "slab",    "death in a sheaf", false, false},
    {UF_HOOK_SLAB_FREE_SHEAF_NOBARN, "slab", "death in a sheaf", false, false},
    {UF_HOOK_SLAB_FREE_NOLOCK,   "slab",    "death without lock", false, false},
    {UF_HOOK_SLAB_FREE_RCU,      "slab",    "rcu_pending",   false, false},
    {UF_HOOK_SOCKET_ALLOC,       "socket",  "birth",         true},
    {UF_HOOK_SOCKET_DESCRIBE,    "socket",  "origin",        false},
    {UF_HOOK_SOCKET_CLONE,       "socket",  "clone",         false},
    {UF_HOOK_SOCKET_FREE,        "socket",  "death",         true},
    {UF_HOOK_SOCKET_ACCEPT,      "socket",  "accepted",      false},
    {UF_HOOK_SOCKET_CLOSE,       "socket",  "released",      false},
    {UF_HOOK_SOCKET_TCP_CLOSE,   "socket",  "tcp_close",     false},
    {UF_HOOK_SOCKET_DESTROY,     "socket",  "destroyed",     false},
    {UF_HOOK_SOCKET_KILL_QUEUES, "socket",  "queues_killed", false},
    {UF_HOOK_SOCKET_DESTRUCT,    "socket",  "memory_held",   false},
    {UF_HOOK_DENTRY_ALLOC,       "dentry",  "birth",         true},
    {UF_HOOK_DENTRY_FREE,        "dentry",  "death",         true},
    {UF_HOOK_DENTRY_LRU,         "dentry",  "unreferenced",  false},
    {UF_HOOK_DENTRY_DPUT,        "dentry",  "last_dput",     false},
    {UF_HOOK_PROCESS_FORK,       "process", "fork",          false},
    {UF_HOOK_PROCESS_EXEC,       "process", "exec",          false, false},
    {UF_HOOK_PROCESS_EXIT,       "process", "exit",          false},
    {UF_HOOK_CALL_RCU,           "process", "given to RCU",  false, false},
    {UF_HOOK_CALL_RCU_HURRY,     "process", "given to RCU",  false, false},
    {UF_HOOK_WORK_QUEUED,        "process", "work queued",   false, false},
    {UF_HOOK_WORK_BEGUN,         "process", "work begun",    false, false},
    {UF_HOOK_SLAB_ALLOC_CACHE_NODE,   "slab", "birth", true, true, kLegacy},
    {UF_HOOK_SLAB_ALLOC_KMALLOC_NODE, "slab", "birth", true, true, kLegacy},
};
// clang-format on

constexpr bool in_order() {
    for (unsigned i = 0; i < UF_HOOK_COUNT; ++i)
        if (kHooks[i].hook != i)
            return false;
    return true;
}
static_assert(in_order(), "kHooks is indexed by enum uf_hook");

} // namespace

std::span<const Variant> all_variants() {
    return kVariants;
}
const HookInfo& hook_info(uf_hook hook) {
    return kHooks[hook];
}

} // namespace unfreed::bpf
