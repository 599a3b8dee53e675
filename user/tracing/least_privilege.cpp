// SPDX-License-Identifier: BSD-2-Clause
#include "tracing/least_privilege.h"

#include "base/log.h"

namespace unfreed {
namespace {

constexpr CapabilitySet kForReports{
    Capability::bpf,             // reading maps, the iterators and the inspector, loaded when used
    Capability::perfmon,         // the same
    Capability::syslog,          // addresses in /proc/kallsyms
    Capability::sys_ptrace,      // exe, maps and namespaces of other processes
    Capability::dac_read_search, // files that they have mapped
    Capability::checkpoint_restore, // /proc/PID/map_files
    Capability::kill,               // signals to the command of `run`, whoever it has become
};
constexpr CapabilitySet kForFiles{Capability::chown, Capability::dac_override, Capability::fowner};

} // namespace

Capabilities needed_capabilities(const Capabilities& has, bool writes_file) {
    CapabilitySet needed = kForReports;
    if (writes_file)
        needed = needed.with(kForFiles);
    // Permitted, for network namespaces alone (RaisedCapability); in effect only where it stands
    // for those that this kernel does not have yet, or this process was not given.
    const CapabilitySet admin{Capability::sys_admin};
    const CapabilitySet permitted = has.permitted.within(needed.with(admin));
    const bool stands_for_others = !has.effective.has(Capability::bpf) ||
                                   !has.effective.has(Capability::perfmon) ||
                                   !has.effective.has(Capability::checkpoint_restore);
    return {has.effective.within(stands_for_others ? needed.with(admin) : needed), permitted};
}

void give_up_privileges(bool writes_file) {
    const auto has = read_capabilities();
    if (!has) {
        log::warning(has.error().message);
        return;
    }
    const Capabilities needed = needed_capabilities(*has, writes_file);
    if (auto reduced = reduce_capabilities(needed.effective, needed.permitted); !reduced)
        log::warning(reduced.error().message);
}

std::vector<std::string> notes_on_missing(CapabilitySet effective) {
    const bool admin = effective.has(Capability::sys_admin);
    std::vector<std::string> notes;
    if (!effective.has(Capability::sys_ptrace))
        notes.emplace_back("the program files of other processes, the names of functions in them, "
                           "and which network namespaces they are in (CAP_SYS_PTRACE is missing)");
    if (!admin)
        notes.emplace_back("sockets of other network namespaces that are in no descriptor, and "
                           "whether ss shows them (CAP_SYS_ADMIN is missing)");
    if (!admin && !effective.has(Capability::checkpoint_restore))
        notes.emplace_back("names of functions in program files that were deleted or replaced "
                           "(CAP_CHECKPOINT_RESTORE is missing)");
    if (!effective.has(Capability::dac_read_search) && !effective.has(Capability::dac_override))
        notes.emplace_back("names of functions in files that this user may not read "
                           "(CAP_DAC_READ_SEARCH is missing)");
    return notes;
}

} // namespace unfreed
