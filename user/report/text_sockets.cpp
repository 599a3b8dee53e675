// SPDX-License-Identifier: BSD-2-Clause
#include "report/text_sockets.h"

#include "base/utf8.h"
#include "report/humanize.h"
#include "report/phrases.h"
#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace unfreed {
namespace {

constexpr std::size_t kGroupsShown = 10;

bool is_telling(const SocketGroup& group) {
    return is_telling_kind(group.kind);
}

std::string what(const SocketGroup& group) {
    std::string text = fmt::format("{} {} {}", group.family, group.type, group.state);
    if (is_telling(group))
        text += fmt::format(", {}", kind_phrase(group.kind));
    else if (!group.standing.empty())
        text += ", " + group.standing;
    if (!group.suppressed_by.empty())
        text += fmt::format(", hidden by {}", group.suppressed_by);
    return escape_for_terminal(text);
}

std::string holder(const SocketGroup& group) {
    if (group.processes.empty())
        return "-";
    const ReportProcess& first = group.processes.front();
    std::string text = fmt::format("{}[{}]", escape_for_terminal(first.comm), first.pid);
    if (group.processes.size() > 1)
        text += fmt::format(" +{}", human_count(group.processes.size() - 1));
    return text;
}

// Enough to find it in the output of ss.
std::string largest(const SocketGroup& group) {
    if (group.sockets.empty())
        return {};
    const ReportSocket& socket = group.sockets.front();
    std::string text;
    for (const char* name : {"path", "local", "remote", "inode"}) {
        const auto found = socket.details.find(name);
        if (found == socket.details.end())
            continue;
        const std::string value = escape_for_terminal(found->second);
        if (found->first == "inode")
            text += (text.empty() ? "inode " : ", inode ") + value;
        else
            text += (text.empty() ? "" : " > ") + value;
    }
    if (!socket.holders.empty() && !socket.holders.front().fds.empty())
        text += fmt::format(", fd {}", socket.holders.front().fds.front());
    return text;
}

// Why groups are what they are, and once for each kind what to do.
void write_reasons(Page& page, std::span<const SocketGroup> groups) {
    constexpr std::size_t kReasonsShown = 5;
    std::size_t reasons = 0;
    std::set<std::string> advised;
    for (const SocketGroup& group : groups) {
        if (!is_telling(group) || reasons++ >= kReasonsShown)
            continue;
        std::string text(kind_phrase(group.kind));
        if (!group.processes.empty())
            text += ", " + holder(group);
        text += ": " + escape_for_terminal(group.evidence);
        if (advised.insert(group.kind).second && !group.advice.empty())
            text += ". " + escape_for_terminal(group.advice);
        page.paragraph(text, {4, 6});
    }
}

// Every protocol of netlink has sockets of the kernel's, one a namespace: one line of them is
// enough.
std::vector<SocketGroup> with_kernel_netlink_merged(const std::vector<SocketGroup>& groups) {
    std::vector<SocketGroup> merged;
    std::optional<std::size_t> first;
    std::size_t protocols = 0;
    for (const SocketGroup& group : groups) {
        const bool kernels =
            group.family == "netlink" && group.kind == "kernel-socket" && group.processes.empty();
        if (!kernels || !first) {
            if (kernels)
                first = merged.size();
            merged.push_back(group);
        } else {
            merged[*first].count += group.count;
            merged[*first].memory_bytes += group.memory_bytes;
        }
        protocols += kernels;
    }
    if (protocols > 1)
        merged[*first].type = fmt::format("of {} protocols", protocols);
    return merged;
}

void write_section(Page& page, const SocketSection& section) {
    const std::vector<SocketGroup> groups = with_kernel_netlink_merged(section.groups);
    using enum Table::Align;
    Table table({{"COUNT", right},
                 {"MEMORY", right},
                 {"WHAT", left, 12},
                 {"HELD BY", left, 5},
                 {"LARGEST", left, 10}});
    const std::size_t shown = std::min(groups.size(), kGroupsShown);
    for (std::size_t i = 0; i < shown; ++i) {
        const SocketGroup& group = groups[i];
        table.add_row({human_count(group.count), human_bytes(group.memory_bytes), what(group),
                       holder(group), largest(group)});
    }
    for (const std::string& line : table.lines(page.width() - 2))
        page.line("  " + line);
    write_reasons(page, std::span(groups).first(shown));
    const std::uint64_t more = groups.size() - shown + section.groups_omitted;
    if (more != 0)
        page.line(fmt::format("  ... {} not shown", human_count(more, "more kind", "more kinds")));
}

std::string size_of(const SocketSection& section) {
    return fmt::format("{}, {}", human_count(section.count, "socket", "sockets"),
                       human_bytes(section.memory_bytes));
}

} // namespace

void write_sockets(Page& page, const Report& report) {
    if (const auto& older = report.pre_attach_sockets; older && older->count != 0) {
        page.blank();
        page.paragraph(fmt::format("Older than this trace (pre-attach): {}. Not in the numbers "
                                   "above; who made them is not known.",
                                   size_of(*older)),
                       {}, Ink::bold);
        write_section(page, *older);
    }
    if (const auto& hidden = report.hidden_sockets; hidden && hidden->count != 0) {
        page.blank();
        page.paragraph(fmt::format("Alive, but not shown by ss: {}", size_of(*hidden)), {},
                       Ink::bold);
        write_section(page, *hidden);
    }
}

} // namespace unfreed
