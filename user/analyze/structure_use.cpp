// SPDX-License-Identifier: BSD-2-Clause
// What a living process has because it lives, or holds by a descriptor, as long as it does not get
// more of it.
#include "analyze/structure.h"

#include <algorithm>

namespace unfreed {
namespace {

bool all_alive(const AnalyzedGroup& group) {
    return !group.processes.empty() && group.outliving == 0 &&
           std::all_of(group.processes.begin(), group.processes.end(),
                       [](const ReportProcess& process) { return process.alive; });
}

// All that a trace finds is younger than the trace, so that it grew once says nothing: what counts
// is that less than a quarter of it came at a steady rate.
bool still_grows(const AnalyzedGroup& group) {
    if (!group.growth_per_s || *group.growth_per_s <= 0 || !group.age_ns)
        return false;
    const double seconds = static_cast<double>(group.age_ns->max) / 1e9;
    return *group.growth_per_s * seconds * 4 > static_cast<double>(group.count);
}

// What fork(), clone(), exec() and mmap() make for a task and its address space.
constexpr std::string_view kTasks[] = {
    "copy_process",
    "dup_task_struct",
    "copy_creds",
    "prepare_creds",
    "prepare_kernel_cred",
    "dup_fd",
    "alloc_fdtable",
    "copy_fs_struct",
    "copy_signal",
    "copy_sighand",
    "alloc_pid",
    "mm_alloc",
    "mm_init",
    "dup_mm",
    "dup_mmap",
    "alloc_bprm",
    "begin_new_exec",
    "bprm_execve",
    "setup_arg_pages",
    "vm_area_alloc",
    "vm_area_dup",
    "__anon_vma_prepare",
    "anon_vma_fork",
    "anon_vma_clone",
    "ptlock_alloc",
    "set_robust_list",
    "alloc_task_struct_node",
};

// That many of one origin a process has at most if it only starts, loads its libraries and ends;
// who maps more does so for itself.
constexpr std::uint64_t kMostOfOneOrigin = 64;

bool is_of_start(const AnalyzedGroup& group) {
    return group.count <= kMostOfOneOrigin * std::max<std::size_t>(group.processes.size(), 1);
}

// A few programs that began during the trace make theirs during the trace: a compiler of a running
// build grows by nothing else. Many of them may be the leak.
bool grows_by_starting(const AnalyzedGroup& group) {
    constexpr std::size_t kFewProcesses = 16;
    return group.newcomers && group.processes.size() <= kFewProcesses && is_of_start(group);
}

bool is_of_task(const StructureInput& input) {
    return !card_of(input.group.object_class).is_read && made_in(input, kTasks) &&
           all_alive(input.group) && (!still_grows(input.group) || grows_by_starting(input.group));
}

// Files stay as long as a mapping of them does: those of libraries and of the locale. An open file
// that nobody closes has a dentry that tells.
constexpr std::string_view kFiles[] = {"alloc_empty_file", "__alloc_file", "init_file"};

// With a process that ends all of this is freed by its exit.
bool is_of_ended_task(const StructureInput& input) {
    const AnalyzedGroup& group = input.group;
    return input.host.mode != TraceMode::host && !card_of(group.object_class).is_read &&
           (made_in(input, kTasks) || made_in(input, kFiles)) && group.outliving == 0 &&
           is_of_start(group);
}

// Closing what a process had open makes objects that go with it: the events of an inotify whose
// watches go, messages to udev of a device that goes.
constexpr std::string_view kExit[] = {"do_exit"};

bool is_made_by_exit(const StructureInput& input) {
    return input.host.mode != TraceMode::host && input.group.outliving == 0 &&
           made_in(input, kExit);
}

bool is_held(const StructureInput& input) {
    const AnalyzedGroup& group = input.group;
    return group.held && *group.held >= group.count && group.count != 0 && !still_grows(group);
}

constexpr StructureRule kRules[] = {
    {"of-task", Structure::in_use,
     "what each living process has: its tasks, credentials, descriptors and mappings "
     "(copy_process, mmap)",
     is_of_task},
    {"of-ended-task", Structure::in_use,
     "what each process has until it ends, when exit_mm(), exit_files() and their like free it",
     is_of_ended_task},
    {"made-by-exit", Structure::in_use,
     "made while the process exited, and gone when it was over (do_exit)", is_made_by_exit},
    {"held", Structure::in_use,
     "a living process has each of them open (descriptor, directory or mapping), and they do not "
     "get more",
     is_held},
};

} // namespace

std::span<const StructureRule> use_rules() {
    return kRules;
}

} // namespace unfreed
