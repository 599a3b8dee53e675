// SPDX-License-Identifier: BSD-2-Clause
#pragma once

namespace unfreed::bpf {

// Makes and destroys one object of every kind that a hook may see: a TCP connection over loopback
// (listen, connect, accept, close), a UDP and a unix socket, a missing and an existing file name, a
// BPF map with per-CPU memory and a large one, a child process. Everything it makes it removes;
// failures are ignored, the hooks that stay silent tell.
void exercise_hooks();

} // namespace unfreed::bpf
