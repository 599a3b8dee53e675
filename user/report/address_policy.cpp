// SPDX-License-Identifier: BSD-2-Clause
#include "report/address_policy.h"

#include "base/read_file.h"

#include <optional>
#include <vector>

namespace unfreed {
namespace {

void hide(std::uint64_t& address, const KeyedHash* hash) {
    if (address != 0)
        address = hash != nullptr ? (*hash)(address) : 0;
}

void hide(std::vector<Frame>& kernel_stack, const KeyedHash* hash) {
    for (Frame& frame : kernel_stack)
        hide(frame.address, hash);
}

void hide(std::optional<SocketSection>& section, const KeyedHash* hash) {
    if (!section)
        return;
    for (SocketGroup& group : section->groups)
        for (ReportSocket& socket : group.sockets)
            hide(socket.address, hash);
}

} // namespace

bool host_hides_addresses() {
    const auto restrict = read_file("/proc/sys/kernel/kptr_restrict");
    return !restrict || restrict->empty() || restrict->front() != '0';
}

void hide_addresses(Report& report, const KeyedHash* hash) {
    report.trace.kernel_addresses = hash != nullptr ? "hashed" : "left-out";
    for (Group& group : report.groups) {
        hide(group.kernel_stack, hash);
        if (group.given_up_by)
            hide(group.given_up_by->kernel_stack, hash);
        for (ReportObject& object : group.objects)
            hide(object.address, hash);
    }
    hide(report.pre_attach_sockets, hash);
    hide(report.hidden_sockets, hash);
}

} // namespace unfreed
