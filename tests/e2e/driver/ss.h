// SPDX-License-Identifier: BSD-2-Clause
// What ss(8) of iproute2 says of sockets: the other opinion.
#pragma once

#include <sys/types.h>

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace unfreed::e2e {

struct SsRow {
    std::string state, recv_q, send_q;
    std::string local, remote; // of TCP and UDP; of a unix socket its name
    std::string inode;         // empty: none
    std::string peer_inode;    // of a unix socket: of the one that it is connected to
    std::string skmem;         // "r0,rb212992,..."
    std::set<std::pair<pid_t, int>> holders;
    friend bool operator==(const SsRow&, const SsRow&) = default;
};

// By inode, else (not accepted yet) by "local>remote". nullopt: there is no ss.
using SsRows = std::map<std::string, SsRow>;
std::optional<SsRows> read_ss();

// The same, of one line of its output.
SsRow parse_ss_line(const std::string& line);

} // namespace unfreed::e2e
