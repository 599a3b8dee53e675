// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/things.h"

#include <algorithm>
#include <array>

namespace unfreed {
namespace {

using Names = std::string_view;

// Functions that the compiler may inline stand beside those they are inlined into.
constexpr Names kNetNs[] = {"copy_net_ns"};
constexpr Names kNetNsCores[] = {"net_namespace"};
constexpr Names kMntNs[] = {"copy_mnt_ns"};
constexpr Names kMntNsCores[] = {"alloc_mnt_ns", "copy_mnt_ns"};
constexpr Names kUserNs[] = {"create_user_ns"};
constexpr Names kUserNsCores[] = {"user_namespace", "create_user_ns"};
constexpr Names kCgroup[] = {"cgroup_mkdir"};
constexpr Names kCgroupCores[] = {"cgroup_create", "cgroup_mkdir"};
constexpr Names kBpfMap[] = {"map_create"};
constexpr Names kBpfMapCores[] = {"dentry"};
constexpr Names kBpfElement[] = {"bpf_mem_refill", "alloc_bulk", "htab_map_update_elem",
                                 "trie_update_elem", "alloc_htab_elem"};
constexpr Names kMount[] = {"do_new_mount",      "path_mount",       "do_mount",
                            "fc_mount",          "__do_sys_fsmount", "__x64_sys_fsmount",
                            "__do_sys_open_tree"};
constexpr Names kMountCores[] = {"alloc_vfsmnt", "vfs_create_mount", "clone_mnt"};
constexpr Names kPipe[] = {"create_pipe_files", "do_pipe2", "alloc_pipe_info"};
constexpr Names kPipeCores[] = {"alloc_pipe_info"};
constexpr Names kEventfd[] = {"do_eventfd"};
constexpr Names kTimerfd[] = {"__x64_sys_timerfd_create", "__do_sys_timerfd_create"};
constexpr Names kSignalfd[] = {"do_signalfd4"};
constexpr Names kEpoll[] = {"ep_insert", "do_epoll_ctl"};
constexpr Names kEpollCores[] = {"eventpoll_epi", "ep_insert", "do_epoll_ctl"};
constexpr Names kInotify[] = {"inotify_update_watch", "__x64_sys_inotify_add_watch"};
// A worker frees the mark, so that the exit of its process leaves the connector to tell.
constexpr Names kInotifyCores[] = {"inotify_new_watch", "inotify_update_watch",
                                   "fsnotify_attach_connector_to_object",
                                   "fsnotify_add_mark_locked"};
constexpr Names kTimer[] = {"do_timer_create", "__x64_sys_timer_create"};
constexpr Names kTimerCores[] = {"alloc_posix_timer", "do_timer_create", "__x64_sys_timer_create"};
constexpr Names kSignal[] = {"__send_signal_locked", "__send_signal"};
constexpr Names kIoUring[] = {"io_uring_setup", "io_uring_create"};
constexpr Names kIoUringCores[] = {"io_ring_ctx_alloc", "io_uring_setup", "io_uring_create"};
constexpr Names kPerf[] = {"perf_event_alloc", "__do_sys_perf_event_open"};
constexpr Names kPerfCores[] = {"perf_event", "perf_event_alloc"};
constexpr Names kKey[] = {"key_alloc"};
constexpr Names kKeyCores[] = {"key_jar", "key_alloc"};
constexpr Names kSemaphores[] = {"newary"};
constexpr Names kShm[] = {"newseg"};
constexpr Names kQueue[] = {"newque"};
constexpr Names kMessage[] = {"load_msg", "alloc_msg"};
constexpr Names kTask[] = {"copy_process"};
constexpr Names kTaskCores[] = {"task_struct"};

// A thing that is made within the making of another stands below it: a process may begin with
// namespaces of its own.
constexpr std::array kThings{
    Thing{"network namespace", "network namespaces", kNetNs, kNetNsCores},
    Thing{"mount namespace", "mount namespaces", kMntNs, kMntNsCores},
    Thing{"user namespace", "user namespaces", kUserNs, kUserNsCores},
    Thing{"cgroup", "cgroups", kCgroup, kCgroupCores},
    Thing{"BPF map", "BPF maps", kBpfMap, kBpfMapCores},
    Thing{"BPF map element", "BPF map elements", kBpfElement, kBpfElement},
    Thing{"mount", "mounts", kMount, kMountCores},
    Thing{"pipe", "pipes", kPipe, kPipeCores},
    Thing{"eventfd", "eventfds", kEventfd, kEventfd},
    Thing{"timerfd", "timerfds", kTimerfd, kTimerfd},
    Thing{"signalfd", "signalfds", kSignalfd, kSignalfd},
    Thing{"epoll entry", "epoll entries", kEpoll, kEpollCores},
    Thing{"inotify watch", "inotify watches", kInotify, kInotifyCores},
    Thing{"POSIX timer", "POSIX timers", kTimer, kTimerCores},
    Thing{"queued signal", "queued signals", kSignal, kSignal},
    Thing{"io_uring", "io_urings", kIoUring, kIoUringCores},
    Thing{"perf event", "perf events", kPerf, kPerfCores},
    Thing{"key", "keys", kKey, kKeyCores},
    Thing{"semaphore set", "semaphore sets", kSemaphores, kSemaphores},
    Thing{"shared memory segment", "shared memory segments", kShm, kShm},
    Thing{"message queue", "message queues", kQueue, kQueue},
    Thing{"queued message", "queued messages", kMessage, kMessage},
    Thing{"task", "tasks", kTask, kTaskCores},
};

bool is_among(std::span<const Names> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view without_suffix(std::string_view function) {
    return function.substr(0, function.find('.'));
}

bool is_core_of(const Thing& thing, std::string_view maker, ObjectClass object_class,
                std::string_view cache) {
    if (object_class == ObjectClass::dentry)
        return is_among(thing.cores, "dentry");
    return object_class == ObjectClass::slab &&
           (is_among(thing.cores, cache) || is_among(thing.cores, maker));
}

} // namespace

ThingFinding thing_of(std::span<const std::string> functions, std::string_view maker,
                      ObjectClass object_class, std::string_view cache) {
    const auto is_made_by = [&](const Thing& thing) {
        return std::any_of(functions.begin(), functions.end(), [&](const std::string& frame) {
            return is_among(thing.acts, without_suffix(frame));
        });
    };
    const auto* const thing = std::find_if(kThings.begin(), kThings.end(), is_made_by);
    if (thing == kThings.end())
        return {};
    return {&*thing, is_core_of(*thing, maker, object_class, cache)};
}

} // namespace unfreed
