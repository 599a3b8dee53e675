// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

namespace unfreed::bpf {

// Sends libbpf's messages to our debug log and keeps the last warnings for error texts. libbpf
// knows one sink for the whole process; call once, before any other use of libbpf.
void route_libbpf_messages();

// The warnings since the last call, newest last, at most a few kilobytes.
std::string take_libbpf_warnings();

} // namespace unfreed::bpf
