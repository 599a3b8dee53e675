// SPDX-License-Identifier: BSD-2-Clause
#include "report/cache_names.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace unfreed {
namespace {

struct Maker {
    std::string_view function;
    std::string_view cache;
};

// The only places that allocate from these caches; where the compiler inlines one, the next one
// out.
constexpr std::array kMakers{
    Maker{"alloc_vfsmnt", "mnt_cache"},
    Maker{"vfs_create_mount", "mnt_cache"},
    Maker{"clone_mnt", "mnt_cache"},
    Maker{"alloc_posix_timer", "posix_timers_cache"},
    Maker{"do_timer_create", "posix_timers_cache"},
    Maker{"__sigqueue_alloc", "sigqueue"},
    Maker{"sigqueue_alloc", "sigqueue"},
    Maker{"__send_signal_locked", "sigqueue"},
    Maker{"__send_signal", "sigqueue"},
    Maker{"ep_insert", "eventpoll_epi"},
    Maker{"do_epoll_ctl", "eventpoll_epi"},
    Maker{"ep_ptable_queue_proc", "eventpoll_pwq"},
    Maker{"inotify_new_watch", "inotify_inode_mark"},
    Maker{"inotify_update_watch", "inotify_inode_mark"},
    Maker{"fsnotify_attach_connector_to_object", "fsnotify_mark_connector"},
    Maker{"fsnotify_add_mark_locked", "fsnotify_mark_connector"},
    Maker{"anon_vma_fork", "anon_vma_chain"},
    Maker{"anon_vma_clone", "anon_vma_chain"},
    Maker{"__anon_vma_prepare", "anon_vma_chain"},
    Maker{"alloc_pid", "pid"},
    Maker{"prepare_creds", "cred"},
    Maker{"alloc_uid", "uid_cache"},
    Maker{"create_nsproxy", "nsproxy"},
    Maker{"copy_utsname", "uts_namespace"},
    Maker{"create_user_ns", "user_namespace"},
    Maker{"copy_net_ns", "net_namespace"},
    Maker{"key_alloc", "key_jar"},
    Maker{"newseg", "shmem_inode_cache"},
    Maker{"locks_alloc_lock", "file_lock_cache"},
    Maker{"flock_make_lock", "file_lock_cache"},
    Maker{"fasync_insert_entry", "fasync_cache"},
    Maker{"unix_create1", "UNIX"},
    Maker{"sock_alloc_inode", "sock_inode_cache"},
    Maker{"alloc_empty_file", "filp"},
};

} // namespace

std::vector<std::string> likely_caches(std::vector<std::string> merged,
                                       std::span<const Frame> kernel_stack) {
    for (const Frame& frame : kernel_stack)
        for (const Maker& maker : kMakers)
            if (frame.function.substr(0, frame.function.find('.')) == maker.function)
                if (std::find(merged.begin(), merged.end(), maker.cache) != merged.end())
                    return {std::string(maker.cache)};
    return merged;
}

} // namespace unfreed
