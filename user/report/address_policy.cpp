// SPDX-License-Identifier: BSD-2-Clause
#include "report/address_policy.h"

#include "base/read_file.h"

#include <optional>
#include <vector>

namespace unfreed {
namespace {

using Visit = std::function<void(std::uint64_t&)>;

void visit_one(std::uint64_t& address, const Visit& visit) {
    if (address != 0)
        visit(address);
}

void visit_stack(std::vector<Frame>& kernel_stack, const Visit& visit) {
    for (Frame& frame : kernel_stack)
        visit_one(frame.address, visit);
}

void visit_section(std::optional<SocketSection>& section, const Visit& visit) {
    if (!section)
        return;
    for (SocketGroup& group : section->groups)
        for (ReportSocket& socket : group.sockets)
            visit_one(socket.address, visit);
}

} // namespace

bool host_hides_addresses() {
    const auto restrict = read_file("/proc/sys/kernel/kptr_restrict");
    return !restrict || restrict->empty() || restrict->front() != '0';
}

void for_each_address(Report& report, const Visit& visit) {
    for (Group& group : report.groups) {
        visit_stack(group.kernel_stack, visit);
        if (group.given_up_by)
            visit_stack(group.given_up_by->kernel_stack, visit);
        for (ReportObject& object : group.objects)
            visit_one(object.address, visit);
    }
    visit_section(report.pre_attach_sockets, visit);
    visit_section(report.hidden_sockets, visit);
}

void hide_addresses(Report& report, const KeyedHash* hash) {
    report.trace.kernel_addresses = hash != nullptr ? "hashed" : "left-out";
    for_each_address(report, [hash](std::uint64_t& address) {
        address = hash != nullptr ? (*hash)(address) : 0;
    });
}

} // namespace unfreed
