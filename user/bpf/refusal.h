// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace unfreed::bpf {

// What to tell who asked for programs that the kernel does not load: what it is, and what to do.
// error: an errno; what: "the BPF programs"; said: libbpf's warnings, which hold the verifier's.
Error refusal(int error, std::string_view what, std::string_view said);

// The line of libbpf's warnings that says why: the verifier's last word, else the first line.
std::string telling_line(std::string_view said);

} // namespace unfreed::bpf
