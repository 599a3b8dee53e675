// SPDX-License-Identifier: BSD-2-Clause
// The sections of a report on sockets that were listed, not traced.
#pragma once

#include "judgement/findings.h"
#include "judgement/judge_options.h"
#include "survey/survey.h"

#include <vector>

namespace unfreed {

// Those that can be judged to be hidden from ss(8): older than the trace, or traced and old enough.
// In between socket() and bind() or connect() every socket is hidden for a moment.
std::vector<const LiveObject*> judged_sockets(const Snapshot& snapshot, std::uint64_t min_age_ns);

// Fills in pre_attach_sockets and hidden_sockets.
void add_socket_sections(Findings& findings, const Survey& survey, const JudgeOptions& options);

// TCP as a whole, by its counters at the start and now.
TcpReport tcp_report(const SocketLook& sockets);

} // namespace unfreed
