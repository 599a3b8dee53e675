// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/sockstat.h"

#include "base/read_file.h"
#include "kernel_counts/fields.h"

#include <fmt/core.h>

#include <algorithm>

namespace unfreed {
namespace {

void set_field(ProtocolCounts& counts, std::string_view name, std::uint64_t value) {
    if (name == "inuse")
        counts.inuse = value;
    else if (name == "orphan")
        counts.orphan = value;
    else if (name == "tw")
        counts.time_wait = value;
    else if (name == "alloc")
        counts.alloc = value;
    else if (name == "mem")
        counts.mem_pages = value;
    else if (name == "memory")
        counts.memory_bytes = value;
}

// "TCP: inuse 1 orphan 0 ...". False: malformed.
bool parse_line(std::string_view line, Sockstat& sockstat) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0)
        return false;
    ProtocolCounts counts;
    counts.protocol = line.substr(0, colon);
    std::string_view rest = line.substr(colon + 1);
    for (;;) {
        const std::string_view name = take_word(rest);
        if (name.empty())
            break;
        // Some values of memory are signed and pass through zero while they are read.
        const auto value = to_number<std::int64_t>(take_word(rest));
        if (!value)
            return false;
        const auto positive = static_cast<std::uint64_t>(std::max<std::int64_t>(*value, 0));
        if (counts.protocol == "sockets" && name == "used")
            sockstat.sockets_used = positive;
        else
            set_field(counts, name, positive);
    }
    if (counts.protocol != "sockets")
        sockstat.protocols.push_back(std::move(counts));
    return true;
}

} // namespace

const ProtocolCounts* Sockstat::find(std::string_view protocol) const {
    const auto counts =
        std::find_if(protocols.begin(), protocols.end(),
                     [&](const ProtocolCounts& one) { return one.protocol == protocol; });
    return counts == protocols.end() ? nullptr : &*counts;
}

Result<Sockstat> Sockstat::parse(std::string_view text) {
    Sockstat sockstat;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = take_line(text);
        if (!line.empty() && !parse_line(line, sockstat))
            return fail(Errc::malformed, fmt::format("sockstat line {}: '{}'", number, line));
    }
    return sockstat;
}

Result<Sockstat> Sockstat::read(const std::string& path) {
    auto text = read_file(path);
    if (!text)
        return fail(std::move(text.error()));
    return parse(*text);
}

} // namespace unfreed
